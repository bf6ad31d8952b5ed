"""A mutated token never opens: 100,000 of them in the ordinary run, WFAPP_MUTATIONS says how many else."""

from __future__ import annotations

import os
import random
from collections.abc import Callable

import pytest

from wfapp.errors import InvalidToken
from wfapp.storage.encoding import b64decode, b64encode
from wfapp.storage.sealing import seal, unseal

PLACE = ("auth/login", "token", "body")
MUTATIONS = int(os.environ.get("WFAPP_MUTATIONS", "100000"))
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def flip_bit(token: str, other: str) -> str:
    data = bytearray(b64decode(token))
    data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    return b64encode(bytes(data))


def change_letter(token: str, other: str) -> str:
    at = random.randrange(len(token))
    return token[:at] + random.choice(ALPHABET) + token[at + 1 :]


def change_case(token: str, other: str) -> str:
    start, end = sorted(random.choices(range(len(token) + 1), k=2))
    return token[:start] + token[start:end].swapcase() + token[end:]


def truncate(token: str, other: str) -> str:
    start, end = sorted(random.choices(range(len(token) + 1), k=2))
    return random.choice([token[start:], token[:end], token[start:end], token[:start] + token[end:]])


def extend(token: str, other: str) -> str:
    at = random.choice([0, len(token), random.randrange(len(token))])
    return token[:at] + "".join(random.choices(ALPHABET, k=random.randint(1, 70))) + token[at:]


def swap(token: str, other: str) -> str:
    letters, (one, two) = list(token), random.choices(range(len(token)), k=2)
    letters[one], letters[two] = letters[two], letters[one]
    return "".join(letters)


def swap_blocks(token: str, other: str) -> str:
    data = b64decode(token)
    blocks = [data[at : at + 16] for at in range(1, len(data), 16)]
    random.shuffle(blocks)
    return b64encode(data[:1] + b"".join(blocks))


def splice(token: str, other: str) -> str:
    at = random.randrange(len(token))
    return token[:at] + other[random.choice([at, random.randrange(len(other))]) :]


def splice_mac(token: str, other: str) -> str:
    at = random.choice([-32, random.randint(-64, -1)])
    return b64encode(b64decode(token)[:at] + b64decode(other)[at:])


def pad(token: str, other: str) -> str:
    at = random.choice([0, len(token), random.randrange(len(token))])
    return token[:at] + random.choice(["=", "==", "===", "=" * random.randint(1, 9)]) + token[at:]


def put_foreign(token: str, other: str) -> str:
    at = random.randrange(len(token))
    foreign = random.choice(
        ["+", "/", ".", " ", "\n", "\r\n", "\x00", "%2D", "\ud800", chr(random.randrange(0x80, 0xD800))]
    )
    return token[:at] + foreign + token[at + random.randint(0, 1) :]


def make_up(token: str, other: str) -> str:
    version = random.choice([b"", b"\x01", b"\x80"])
    return b64encode(version + random.randbytes(random.choice([0, 1, 31, 32, 33, len(token), random.randrange(200)])))


KINDS = [
    flip_bit,
    change_letter,
    change_case,
    truncate,
    extend,
    swap,
    swap_blocks,
    splice,
    splice_mac,
    pad,
    put_foreign,
    make_up,
]


@pytest.mark.parametrize("mutate", KINDS)
def test_no_mutated_token_opens(mutate: Callable[[str, str], str]) -> None:
    """None is accepted, and none raises anything but InvalidToken."""
    tokens = [b64encode(seal("state", random.randbytes(size), *PLACE)) for size in (0, 5, 15, 16, 17, 64, 70)]
    count = 0
    while count < MUTATIONS // len(KINDS) + 1:
        mutated = mutate(*random.sample(tokens, 2))
        if mutated in tokens:
            continue
        count += 1
        try:
            unseal("state", b64decode(mutated), *PLACE)
        except InvalidToken:
            continue
        pytest.fail(f"{mutated!r} was accepted; the originals are {tokens!r}")
