"""Loading the encoder when a worker starts, so that the first listing does not wait for it.

Only workers that take tasks of the matcher do so: nobody else needs torch.
"""

from __future__ import annotations

import logging
import threading
from typing import Any

from celery import signals

logger = logging.getLogger(__name__)

QUEUE = "matching"

_takes_matching = False


def connect() -> None:
    """Listen to the life of a Celery worker. Costs nothing in other processes."""
    signals.celeryd_after_setup.connect(_note_queues, weak=False, dispatch_uid="matching.note_queues")
    signals.worker_process_init.connect(_warm_up_process, weak=False, dispatch_uid="matching.warm_up_process")
    signals.worker_ready.connect(_worker_ready, weak=False, dispatch_uid="matching.worker_ready")


def _note_queues(instance: Any, **_: Any) -> None:
    """Remember whether this worker takes the matcher's tasks; its task processes inherit the answer."""
    global _takes_matching
    _takes_matching = QUEUE in instance.app.amqp.queues.consume_from


def _warm_up_process(**_: Any) -> None:
    """A task process has started. In a thread: the worker gives up on a process that takes long to say it is there."""
    if _takes_matching:
        threading.Thread(target=warm_up, name="encoder-warm-up", daemon=True).start()


def _worker_ready(sender: Any, **_: Any) -> None:
    """The worker takes tasks from now on: look for work that one before it has left undone."""
    if not _takes_matching:
        return
    if not type(sender.pool).__module__.endswith("prefork"):  # no task processes that would do it for themselves
        threading.Thread(target=warm_up, name="encoder-warm-up", daemon=True).start()
    sender.app.send_task("matching.resume_stalled_runs", retry=False)


def warm_up() -> None:
    """Load the encoder and put one text through it."""
    from matching.app.encoder import configured_encoder
    from matching.embedding.lexical import tokens

    try:
        wanted = configured_encoder()
        for encoder in (wanted.load(), wanted.load_for_sentences()):
            if encoder is not None:
                encoder.encode(["bridge", "桥"])
        tokens("桥")
    except Exception:
        # Not fatal here: the task that needs the encoder will say what is wrong, and be tried again.
        logger.exception("the encoder could not be loaded")
