"""No message is lost, none is sent twice side by side: real processes, a real mail server, a real database."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any, ClassVar

import django
import pytest
from django.db import connection, connections
from django.utils import timezone

from tests.unit.links.queueing import put
from tests.unit.links.workflows import Failing, Greet
from wfapp.links.outbox import deliver_due
from wfapp.models import OutgoingMessage

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True)]

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def channels(settings: Any) -> None:
    """Have a channel that counts."""
    Failing.errors.clear()
    Failing.letters.clear()
    settings.WFAPP = {**settings.WFAPP, "CHANNELS": {"failing": "tests.unit.links.workflows.Failing"}}


def due_again() -> None:
    OutgoingMessage.objects.update(due_at=timezone.now())


@pytest.mark.slow
def test_twenty_senders_at_once_send_each_of_a_hundred_messages_once() -> None:
    """SQLite locks its whole file: there a few senders show the same."""
    pks = {put() for _ in range(100)}
    count = 4 if connection.vendor == "sqlite" else 20
    barrier = threading.Barrier(count)

    def send(_number: int) -> int:
        try:
            barrier.wait()
            return deliver_due().sent
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        assert sum(pool.map(send, range(count))) == 100
    assert Counter(letter.id for letter in Failing.letters) == dict.fromkeys(pks, 1)
    assert set(OutgoingMessage.objects.values_list("status", "tries")) == {("sent", 1)}


KILLED = """
import os, signal, sys, django
django.setup()
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
from tests.unit.links.workflows import Failing

def send(self, letter):
    print(letter.message_id, flush=True)
    if {before}:
        os.kill(os.getpid(), signal.SIGKILL)

Failing.send = send
from wfapp.links import claims
claims.Claimed.sent = lambda *args: os.kill(os.getpid(), signal.SIGKILL)
from wfapp.links.channels import BUILT_IN
BUILT_IN["failing"] = "tests.unit.links.workflows.Failing"
from wfapp.links.outbox import deliver_due
deliver_due()
"""


@pytest.mark.slow
@pytest.mark.parametrize("before", [True, False], ids=["while sending", "between sending and writing it down"])
def test_a_process_that_is_killed_loses_nothing(before: bool) -> None:
    """Another one takes over when the lease is over, under the same name."""
    put()
    done = subprocess.run(
        [sys.executable, "-c", KILLED.format(before=before), str(connection.settings_dict["NAME"])],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    row = OutgoingMessage.objects.get()
    assert (row.status, row.tries, done.stdout.split()) == ("queued", 1, [row.message_id])
    assert deliver_due().sent == 0
    due_again()
    assert deliver_due().sent == 1
    assert [letter.message_id for letter in Failing.letters] == done.stdout.split()


class MailServer:
    """Speak as much SMTP as a client needs, and hang up where it is told to."""

    ANSWERS: ClassVar = {
        b"EHLO": b"250 hello",
        b"MAIL": b"250 ok",
        b"RCPT": b"250 ok",
        b"DATA": b"354 go on",
        b"QUIT": b"221 bye",
    }

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.socket.getsockname()[1]
        self.dies_at = ""
        self.mails: list[bytes] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Let nobody in any more: closed alone, the socket would take one more client for the thread that waits."""
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _address = self.socket.accept()
            except OSError:
                return
            with client, client.makefile("rwb") as file:
                self._talk(file)

    def _talk(self, file: Any) -> None:
        if self.dies_at == "greeting":
            return
        self._say(file, b"220 here")
        for line in file:
            word = line[:4].upper()
            if word.decode() == self.dies_at:
                return
            self._say(file, self.ANSWERS.get(word, b"500 what"))
            if word == b"DATA":
                mail = b"".join(iter(file.readline, b".\r\n"))
                if self.dies_at == "body":
                    return
                self.mails.append(mail)
                if self.dies_at == "receipt":
                    return
                self._say(file, b"250 kept")

    def _say(self, file: Any, text: bytes) -> None:
        file.write(text + b"\r\n")
        file.flush()


@pytest.fixture
def server(settings: Any) -> Iterator[MailServer]:
    """Send mail to a server on a port of its own."""
    made, backend = MailServer(), "django.core.mail.backends.smtp.EmailBackend"
    if django.VERSION >= (6, 1):
        options = {"host": "127.0.0.1", "port": made.port, "timeout": 20}
        settings.MAILERS = {"default": {"BACKEND": backend, "OPTIONS": options}}
    else:
        settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = backend, "127.0.0.1", made.port
        settings.EMAIL_TIMEOUT = 20
    with closing(made):
        yield made


@pytest.mark.parametrize("point", ["greeting", "EHLO", "MAIL", "RCPT", "DATA", "body", "receipt"])
def test_a_mail_server_that_dies_at_any_point_loses_nothing(server: MailServer, point: str) -> None:
    """The mail comes when it is back, under the name that it had; twice where the server died with it in hand."""
    Greet.start(data={"name": "Ann"})
    server.dies_at = point
    assert deliver_due().postponed == 1
    server.dies_at = ""
    due_again()
    assert deliver_due().sent == 1
    names = [message_from_bytes(mail, policy=policy.default)["Message-ID"] for mail in server.mails]
    assert names == [OutgoingMessage.objects.get().message_id] * (2 if point == "receipt" else 1)


def test_a_mail_server_that_is_gone_loses_nothing(server: MailServer) -> None:
    """Nobody listens; the row says what kind of error it was."""
    server.close()
    Greet.start(data={"name": "Ann"})
    assert deliver_due().postponed == 1
    assert OutgoingMessage.objects.get().error == "ConnectionRefusedError"


POINTS = (
    "tests.unit.links.workflows.Failing.send",
    "wfapp.links.delivery.get_channel",
    "wfapp.links.claims.Claimed.letter",
    "wfapp.links.claims.Claimed.sent",
    "wfapp.links.claims.record",
    "wfapp.links.delivery.claim",
)


def _raise(*args: Any, **options: Any) -> None:
    raise OSError("broken")


@pytest.mark.parametrize("path", POINTS)
def test_a_sender_that_raises_at_any_point_loses_nothing(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever broke, the message is sent once that is mended."""
    Greet.start(data={"name": "Ann"})
    OutgoingMessage.objects.update(channel="failing")
    with monkeypatch.context() as broken:
        broken.setattr(path, _raise)
        try:
            deliver_due()
        except OSError:
            connection.close()
    due_again()
    assert deliver_due().sent == 1
    assert OutgoingMessage.objects.get().status == "sent"
    assert len({letter.message_id for letter in Failing.letters}) == 1
