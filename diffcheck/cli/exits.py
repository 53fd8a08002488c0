"""With which codes the command ends, as pytest does."""

PASSED, FAILED, USAGE, NOTHING, INTERRUPTED = 0, 1, 2, 5, 130
