"""A test that commits leaves nothing to the next one."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from tests.flush import MIGRATED, Flush, filled

pytestmark = pytest.mark.django_db(transaction=True)


def left() -> list[str]:
    with connection.cursor() as cursor:
        return filled(cursor)


def test_tables_that_hold_rows_are_emptied() -> None:
    """Those that refer to each other, too; what "migrate" made stays as it was."""
    flush = Flush()
    before = {model: list(model._base_manager.order_by("pk")) for model in MIGRATED}
    group = Group.objects.create(name="staff")
    group.permissions.add(Permission.objects.all()[0])
    User.objects.create_user("ada").groups.add(group)
    assert left() == ["auth_group", "auth_group_permissions", "auth_user", "auth_user_groups"]
    flush()
    assert left() == []
    assert {model: list(model._base_manager.order_by("pk")) for model in MIGRATED} == before


def test_what_migrate_made_is_made_again() -> None:
    """Where a test changed a permission, or deleted a type."""
    flush = Flush()
    User.objects.create_user("ada")
    permission = Permission.objects.get(codename="add_user")
    Permission.objects.filter(pk=permission.pk).update(name="Mistaken")
    ContentType.objects.get(model="group").delete()
    flush()
    assert Permission.objects.get(codename="add_user").name == permission.name
    assert Permission.objects.filter(content_type__model="group").exists()
    assert left() == []
