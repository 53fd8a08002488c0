"""What a run tells: of a case (`about`, `pictures`), of a task (`rows`, `points`, `tensors`, `notes`, `scripts`)."""
