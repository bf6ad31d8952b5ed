"""End a flow from outside: by staff, or by the sweeper when its time is over."""

from __future__ import annotations

import uuid
from typing import Any, Literal, cast

from wfapp.errors import Busy, InvalidToken
from wfapp.models import AbstractFlow
from wfapp.storage.base import get_storage
from wfapp.storage.database import DatabaseStorage

__all__ = ["end_by_staff"]


def end_by_staff(
    model: type[AbstractFlow], pk: uuid.UUID, *, status: Literal["cancelled", "expired"], user: Any = None
) -> bool:
    """End an open flow and wipe its context; False where it has ended already or a round is on.

    Its tokens answer a cancelled flow as aborted with the reason ``cancelled``, an expired one as a token that is gone.
    """
    storage = cast(DatabaseStorage, get_storage("database"))
    try:
        return storage.end(model, pk, status=status, user_id=getattr(user, "pk", None))
    except (Busy, InvalidToken):
        return False
