"""Model formsets, inline formsets, and a ModelForm with its instance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.forms import inlineformset_factory, modelform_factory, modelformset_factory

from tests.integration.rounds.helpers import begin, play
from tests.workflows import NameForm
from wfapp import Context, Finish, Workflow, step
from wfapp.errors import MalformedRequest
from wfapp.rounds.answer import Answer
from wfapp.testing import isolated_registry

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True)]

Groups: Any = modelformset_factory(Group, fields=["name"], can_delete=True)
Permissions: Any = inlineformset_factory(ContentType, Permission, fields=["name", "codename"], extra=1)
GroupForm: Any = modelform_factory(Group, fields=["name"])


class GroupContext(Context):
    saved: str = ""


def errors(answer: Answer) -> Mapping[str, str]:
    assert answer.page is not None
    return answer.page.errors


@pytest.fixture
def groups() -> Iterator[type[Workflow[Any]]]:
    """Declare a page that saves the groups whose name begins with an a."""
    with isolated_registry():

        class EditGroups(Workflow[GroupContext]):
            name = "tests/groups"

            @step(form=Groups, keep=True)
            def groups(self, form: Any) -> None:
                form.save()
                self.ctx.saved = ", ".join(group.name for group in form.new_objects)

            @groups.form_kwargs
            def groups_kwargs(self) -> dict[str, Any]:
                return {"queryset": Group.objects.filter(name__startswith="a"), "prefix": "groups"}

            @step(form=NameForm)
            def confirm(self, form: NameForm) -> Finish:
                return Finish(data={"rows": [dict(row) for row in self.answers["groups"]["groups"]]})

        yield EditGroups


def names() -> list[str]:
    return sorted(Group.objects.values_list("name", flat=True))


def test_a_model_formset_changes_adds_and_deletes(groups: type[Workflow[Any]]) -> None:
    """A row is known by its key; one that is not sent stays as it is; an answer holds the key of a new row too."""
    ape, ant, *_others = (Group.objects.create(name=name) for name in ("ape", "ant", "asp", "bee"))
    rows = [{"id": str(ape.pk), "name": "ass"}, {"id": ant.pk, "name": "ant", "DELETE": True}, {"name": "auk"}]
    end = play(play(begin(groups), groups=rows), name="Ada").end
    assert names() == ["asp", "ass", "auk", "bee"]
    assert end is not None
    auk = Group.objects.get(name="auk")
    assert end.data == {"rows": [{"name": "ass", "id": ape.pk}, {"name": "auk", "id": auk.pk}]}


def test_no_other_row_of_the_table_can_be_named(groups: type[Workflow[Any]]) -> None:
    """Neither one outside the queryset, as an old row or as a new one, nor one that is not there, nor one twice."""
    ant, bee = (Group.objects.create(name=name) for name in ("ant", "bee"))
    answer = begin(groups)
    wrong = "Select a valid choice. That choice is not one of the available choices."
    for key in (bee.pk, bee.pk + 1, "x", -1):
        refused = play(answer, groups=[{"id": key, "name": "eel"}])
        assert errors(refused) == {"groups.0.id": wrong}
        answer = refused
    twice = [{"id": ant.pk, "name": "eel"}, {"id": ant.pk, "name": "elk"}]
    answer = play(answer, groups=twice)
    assert errors(answer) == {"groups.1.id": wrong}
    assert names() == ["ant", "bee"]


@pytest.mark.parametrize("key", [2**63, 10**30, "9" * 5000, [1], {"a": 1}, True, "\x00"])
def test_a_hostile_key_is_a_fault_or_an_error(groups: type[Workflow[Any]], key: Any) -> None:
    """No exception of the database's or of Python's gets out."""
    try:
        found = list(errors(play(begin(groups), groups=[{"id": key, "name": "eel"}])))
    except MalformedRequest as fault:
        found = str(fault).split(":")[:1]
    assert found == ["groups.0.id"]
    assert names() == []


def test_new_rows_stand_behind_those_with_a_key(groups: type[Workflow[Any]]) -> None:
    """Django would not save the first one."""
    ant = Group.objects.create(name="ant")
    with pytest.raises(MalformedRequest, match=r"^groups\.0: rows with a key come first, new rows after them\.$"):
        play(begin(groups), groups=[{"name": "eel"}, {"id": ant.pk, "name": "ant"}])


def test_a_row_that_was_deleted_meanwhile_is_an_error(groups: type[Workflow[Any]]) -> None:
    """What was typed is kept."""
    ant = Group.objects.create(name="ant")
    answer, key = begin(groups), ant.pk
    ant.delete()
    refused = play(answer, groups=[{"id": key, "name": "ape"}])
    assert list(errors(refused)) == ["groups.0.id"]


def test_an_inline_formset_gives_its_rows_to_their_parent() -> None:
    """The key of the parent is the server's own affair: it is neither shown nor taken."""
    parent, other = (ContentType.objects.create(app_label="zoo", model=model) for model in ("cage", "house"))
    kept = Permission.objects.create(content_type=parent, name="Open", codename="open")
    with isolated_registry():

        class Edit(Workflow[GroupContext]):
            name = "tests/inline"

            @step(form=Permissions)
            def edit(self, form: Any) -> Finish:
                form.save()
                return Finish()

            @edit.form_kwargs
            def edit_kwargs(self) -> dict[str, Any]:
                return {"instance": parent, "prefix": "rights"}

        row = {"name": "Feed", "codename": "feed"}
        answer = play(begin(Edit), rights=[{**row, "content_type": other.pk}])
        assert errors(answer) == {"__form": "Unknown fields: rights.0.content_type."}
        rows = [{"id": kept.pk, "name": "Unlock", "codename": "open"}, row]
        assert play(answer, rights=rows).status == "finished"
    assert sorted(parent.permission_set.values_list("name", flat=True)) == ["Feed", "Unlock"]


def test_a_model_form_changes_its_instance() -> None:
    """The step saves it; a rejection leaves the row alone."""
    ant = Group.objects.create(name="ant")
    Group.objects.create(name="bee")
    with isolated_registry():

        class Edit(Workflow[GroupContext]):
            name = "tests/instance"

            @step(form=GroupForm)
            def edit(self, form: Any) -> Finish:
                return Finish(data={"id": form.save().pk})

            @edit.form_kwargs
            def edit_kwargs(self) -> dict[str, Any]:
                return {"instance": Group.objects.get(pk=ant.pk)}

        answer = begin(Edit)
        assert answer.page is not None
        assert answer.page.form.initial == {"name": "ant"}
        refused = play(answer, name="bee")
        assert errors(refused) == {"name": "Group with this Name already exists."}
        assert play(refused, name="ape").end.data == {"id": ant.pk}  # type: ignore[union-attr]
    assert names() == ["ape", "bee"]
