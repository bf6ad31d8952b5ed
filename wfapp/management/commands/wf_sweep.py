"""Do what no request does: send what is due, purge what need not be kept."""

from __future__ import annotations

from typing import Any

from django.core.management import CommandError, CommandParser
from django.utils import timezone

from wfapp.links.outbox import deliver_due
from wfapp.management.batches import BatchCommand
from wfapp.management.purge import purge_counters, purge_flows, purge_messages
from wfapp.management.recover import recover
from wfapp.models import flow_models
from wfapp.uploads import sweep_uploads


class Command(BatchCommand):
    """Run the named duties, or all of them; meant for a timer, every few minutes, on any number of machines."""

    help = (
        "Go on with the flows that nobody runs; send the messages that are due; "
        "purge flows, answers, messages, counters and files whose time is over."
    )
    duties = ("run", "deliver", "purge", "uploads")

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        super().add_arguments(parser)
        parser.add_argument("--only", nargs="+", metavar="DUTY", help=f"Duties: {', '.join(self.duties)}.")

    def handle(self, *args: Any, only: list[str] | None, batch_size: int, **options: Any) -> None:
        """Run each duty once."""
        for name in only or ():
            if name not in self.duties:
                raise CommandError(f"{name!r} is no duty of wf_sweep; its duties are: {', '.join(self.duties)}.")
        for name in only or self.duties:
            getattr(self, name)(batch_size)

    def run(self, batch_size: int) -> None:
        """Take over the flows of dead workers, end those whose time is over, undo again what could not be undone."""
        for model in flow_models():
            done = recover(model)
            self.stdout.write(
                f"{model._meta.label}: {done.run} flows gone on with, {done.expired} expired, {done.undone} undone."
            )

    def deliver(self, batch_size: int) -> None:
        """Send what is due, and say how it went."""
        done = deliver_due(batch_size=batch_size)
        self.stdout.write(
            f"{done.sent} messages sent, {done.postponed} to be tried again, {done.failed} given up, "
            f"{done.expired} too late."
        )

    def purge(self, batch_size: int) -> None:
        """Delete and wipe what need not be kept, and say how much it was."""
        now = timezone.now()
        for model in flow_models():
            purged = purge_flows(model, now, batch_size)
            self.stdout.write(
                f"{model._meta.label}: {purged.expired} expired and {purged.ended} ended flows deleted, "
                f"{purged.answers} answers wiped."
            )
        messages = purge_messages(now, batch_size)
        self.stdout.write(f"{messages.deleted} messages deleted, {messages.wiped} unsent ones wiped.")
        self.stdout.write(f"{purge_counters(now, batch_size)} counters deleted.")

    def uploads(self, batch_size: int) -> None:
        """Delete the files that no flow needs any more and no request deleted."""
        swept = sweep_uploads(timezone.now(), batch_size)
        self.stdout.write(f"{swept.uploads} files of flows deleted, and {swept.orphans} that belonged to nobody.")
