"""Work for `diffcheck.audit.of_torch.apart`, which goes wrong in every way; nothing here takes long to import."""

import os
import threading


def carried_out(piece):
    yield f"{piece} begins"
    if piece == "crash":
        os.abort()
    if piece == "hang":
        threading.Event().wait()
    if piece == "raise":
        raise ValueError("so it goes")
    yield "done"
