"""Lanes of a worker: what takes minutes has threads of its own, and keeps no fact waiting.

Dramatiq's worker has one pile of work for all of its threads: eight solves of minutes would hold all eight.
"""

from collections.abc import Mapping
from queue import PriorityQueue
from typing import Any

import dramatiq
from dramatiq.common import q_name
from dramatiq.worker import ConsumerThread, WorkerThread
from typing_extensions import override


class LanedWorker(dramatiq.Worker):
    """Gives each queue that `lanes` names so many threads of its own; the threads of all the others are shared.

    A lane takes from the broker what its threads work on, and nothing ahead: it has nothing to give back at the end,
    and who dies with it is at most what is being worked on.
    """

    def __init__(self, broker: dramatiq.Broker, *, lanes: Mapping[str, int], **options: Any) -> None:
        super().__init__(broker, **options)
        self._lanes = lanes

    @override
    def _add_consumer(self, queue_name: str, *, delay: bool = False) -> None:
        threads = self._lanes.get(q_name(queue_name), 0)
        is_mine = self.consumer_whitelist is None or q_name(queue_name) in self.consumer_whitelist
        if not threads or delay or queue_name in self.consumers or not is_mine:
            super()._add_consumer(queue_name, delay=delay)
            return
        pile: PriorityQueue[Any] = PriorityQueue()
        self.consumers[queue_name] = ConsumerThread(
            broker=self.broker,
            queue_name=queue_name,
            prefetch=threads,
            work_queue=pile,
            worker_timeout=self.worker_timeout,
        )
        self.consumers[queue_name].start()
        for _ in range(threads):
            thread = WorkerThread(
                broker=self.broker, consumers=self.consumers, work_queue=pile, worker_timeout=self.worker_timeout
            )
            thread.start()
            self.workers.append(thread)
