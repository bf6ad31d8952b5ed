"""Files in the rows of a formset."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.core.files.storage import Storage
from django.utils.datastructures import MultiValueDict

from tests.integration.rounds.helpers import begin, play
from tests.uploads import paths, scan
from wfapp import Context, Finish, Workflow, rounds, step
from wfapp.forms import initial_values
from wfapp.models import Upload
from wfapp.rounds.answer import Answer, Caller, Input
from wfapp.testing import isolated_registry

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("storage")]


class LineForm(forms.Form):
    title = forms.CharField(max_length=10)
    scan = forms.FileField()


LineSet = forms.formset_factory(LineForm, extra=0, max_num=5)


class Lines(LineSet):  # type: ignore[misc, valid-type]
    """Stand under ``lines``."""

    @classmethod
    def get_default_prefix(cls) -> str:
        """Name the rows."""
        return "lines"


@pytest.fixture
def workflow() -> Iterator[Any]:
    """Declare a page of rows."""
    with isolated_registry():

        class InRows(Workflow[Context]):
            name = "tests/files-in-rows"

            @step(form=Lines, keep=True)
            def lines(self, form: Any) -> None: ...

            @step(form=LineForm)
            def last(self, form: Any) -> Finish:
                rows = self.answers["lines"]["lines"]
                return Finish(data={"files": [row["scan"].name for row in rows]})

        yield InRows


def rows_of(answer: Answer) -> Any:
    """Give what stands in the rows."""
    assert answer.page is not None
    return initial_values(answer.page.form)["lines"]


def test_the_files_of_rows_stay_over_errors(workflow: Any, storage: Storage) -> None:
    """Each with its row."""
    page = begin(
        workflow, lines=[{"title": "x" * 11, "scan": scan(name="1.pdf")}, {"title": "b", "scan": scan(name="2.pdf")}]
    )
    assert page.page is not None
    assert page.page.errors.keys() == {"lines.0.title"}
    rows = rows_of(page)
    assert [";name=1.pdf;" in rows[0]["scan"], ";name=2.pdf;" in rows[1]["scan"]] == [True, True]
    page = play(page, lines=[{"title": "a"}, {"title": "b"}])
    assert page.page is not None
    assert page.page.step == "last"
    end = play(page, title="a", scan=scan())
    assert end.end is not None
    assert end.end.data == {"files": ["1.pdf", "2.pdf"]}
    assert paths(storage) == []


def test_a_file_moves_up_with_its_row(workflow: Any, storage: Storage) -> None:
    """Named by its id, it stays although its row has another number; the other row's goes."""
    page = begin(
        workflow, lines=[{"title": "x" * 11, "scan": scan(name="1.pdf")}, {"title": "b", "scan": scan(name="2.pdf")}]
    )
    second = rows_of(page)[1]
    page = play(page, lines=[second])
    assert page.page is not None
    assert page.page.step == "last"
    (upload,) = Upload.objects.all()
    assert (upload.name, upload.field, len(paths(storage))) == ("2.pdf", "lines-0-scan", 1)


def test_a_page_posts_the_files_of_its_rows(workflow: Any, storage: Storage) -> None:
    """Under the names that Django gives them."""
    caller = Caller(door="page", browser="b" * 43, transport="cookie")
    fields = {"lines-TOTAL_FORMS": "1", "lines-INITIAL_FORMS": "0", "lines-0-title": "x" * 11}
    values = MultiValueDict({name: [value] for name, value in fields.items()})
    files: MultiValueDict[str, Any] = MultiValueDict({"lines-0-scan": [scan()]})
    page = rounds.start(workflow, caller=caller, params={}, input=Input(values=values, files=files, json=False))
    assert page.page is not None
    assert page.page.errors.keys() == {"lines.0.title"}
    assert page.token is not None
    values["lines-0-title"] = "a"
    page = rounds.play(page.token, caller=caller, input=Input(values=values, json=False))
    assert not page.rejected
    assert len(paths(storage)) == 1
