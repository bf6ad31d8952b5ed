"""The templates that ship, drawn from answers made by hand."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django import forms
from django.forms import formset_factory
from django.template import Context, RequestContext, Template, TemplateSyntaxError
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import timezone
from django.utils.translation import override

from tests.unit.web.samples import KEY, CodeForm, answer, first_answer, page, progress
from wfapp.declaration.outcomes import Message
from wfapp.rounds.answer import ActionView, Answer, End
from wfapp.web.context import answer_context, flow_view

rf = RequestFactory()


def draw(shown: Answer | None = None, template: str | Template = "wfapp/page.html", **extra: Any) -> str:
    """Draw an answer, with whitespace squeezed."""
    request = rf.get("/code/")
    flow = flow_view(request, "auth/login", shown)
    context = {"flow": flow} | (answer_context(shown) if shown else {}) | extra
    if isinstance(template, Template):
        html = template.render(RequestContext(request, context))
    else:
        html = render_to_string(template, context, request)
    return re.sub(r"\s+", " ", html)


def rejected(data: dict[str, str], **errors: str) -> Answer:
    form = CodeForm(data)
    form.is_valid()
    return answer(page=page(form, errors=errors), rejected=True)


def test_page_posts_its_revision_to_the_flow() -> None:
    """The form carries the CSRF token and the revision, its address the public key."""
    html = draw(answer())
    assert f'<form class="wf-form" method="post" action="/code/?wf={KEY}" aria-labelledby="wf-title">' in html
    assert '<input type="hidden" name="csrfmiddlewaretoken"' in html
    assert '<input type="hidden" name="wf_revision" value="2">' in html
    assert "wf_start" not in html


def test_revision_is_never_localised(settings: Any) -> None:
    """A thousand is no ``1,000`` to the server."""
    settings.USE_THOUSAND_SEPARATOR = True
    shown = answer()
    flow = flow_view(rf.get("/"), "auth/login", shown)
    html = render_to_string("wfapp/hidden.html", {"flow": type(flow)(workflow="w", key="k", revision=1234)})
    assert 'value="1234"' in html


def test_first_page_posts_its_start_key() -> None:
    """Before there is a flow, the start key stands in for a revision."""
    html = draw(first_answer())
    assert '<input type="hidden" name="wf_start" value="sealed-start-key">' in html
    assert "wf_revision" not in html


def test_page_has_one_heading_and_a_title() -> None:
    """The heading names the form, and the document."""
    html = draw(answer())
    assert "<title>Enter the code</title>" in html
    assert html.count("<h1") == 1
    assert '<h1 class="wf-title" id="wf-title">Enter the code</h1>' in html


def test_texts_are_escaped() -> None:
    """Values in titles, descriptions, labels and messages are text, not markup."""
    evil = "<script>x</script>"
    action = ActionView(id="resend", label=evil)
    shown = answer(
        page=page(title=evil, description=evil, submit=evil, actions=(action,), progress=progress(1, evil, "B")),
        messages=(Message(text=evil),),
    )
    html = draw(shown)
    assert "<script" not in html
    assert html.count("&lt;script&gt;x&lt;/script&gt;") == 7


def test_submit_button_comes_before_the_others() -> None:
    """The Enter key presses the first button of a form."""
    html = draw(answer(page=page(actions=(ActionView(id="resend", label="Resend"),))))
    assert re.findall(r"<button[^>]*>[^<]*", html) == [
        '<button class="wf-button" type="submit">Verify code',
        '<button class="wf-button wf-button-quiet" type="submit" name="wf_action" value="resend" formnovalidate>Resend',
    ]


def test_no_action_is_held_back_by_the_browser() -> None:
    """What is still missing keeps nobody from saving a draft: the server validates what is there."""
    html = draw(answer(page=page(actions=(ActionView(id="save", label="Save", with_data=True),))))
    assert 'value="save" formnovalidate>Save</button>' in html


def test_the_ways_out_stand_below_the_others() -> None:
    """Back and cancel are no answer to the page: they look quieter than its own actions."""
    ids = ("wf.back", "save", "wf.cancel")
    html = draw(answer(page=page(actions=tuple(ActionView(id=id, label=id) for id in ids))))
    assert re.findall(r'wf-button-(\w+)" type="submit" name="wf_action" value="([\w.]+)"', html) == [
        ("quiet", "save"),
        ("plain", "wf.back"),
        ("plain", "wf.cancel"),
    ]


def test_availability_describes_the_button() -> None:
    """The words belong to their button for a screen reader, too."""
    action = ActionView(id="resend", label="Resend", available_at=timezone.now() + timedelta(minutes=5), remaining=2)
    html = draw(answer(page=page(actions=(action,))))
    assert 'aria-describedby="wf-action-resend">Resend</button>' in html
    assert '<p class="wf-action-note" id="wf-action-resend">You can ask again in 5 minutes. 2 left.</p>' in html


def test_spent_action_is_off() -> None:
    """A button that can never be used again in this flow is disabled, with the reason."""
    html = draw(answer(page=page(actions=(ActionView(id="resend", label="Resend", remaining=0),))))
    assert 'formnovalidate disabled aria-describedby="wf-action-resend">Resend</button>' in html


def test_live_page_can_be_updated() -> None:
    """Without JavaScript a button draws what depends on the typed data."""
    assert 'name="wf_action" value="wf.refresh" formnovalidate>Update this page</button>' in draw(
        answer(page=page(live=True))
    )
    assert "wf.refresh" not in draw(answer())
    assert "wf.refresh" in draw(first_answer(page=page(live=True)))


def test_progress_marks_the_current_step() -> None:
    """Progress is an ordered list that says which steps are done and which is current."""
    html = draw(answer(page=page(progress=progress(2, "Sign in", "Verify", "Review"))))
    assert '<ol class="wf-progress" aria-label="Progress">' in html
    assert '<li class="wf-progress-done">Sign in <span class="wf-hidden">(done)</span></li>' in html
    assert '<li class="wf-progress-current" aria-current="step">Verify</li>' in html
    assert '<li class="wf-progress-open">Review</li>' in html


def test_single_page_has_no_progress() -> None:
    """One step of one says nothing."""
    assert "<ol" not in draw(answer())


def test_rejected_page_says_so_first() -> None:
    """The title begins with the error, and the summary takes focus and leads to the fields."""
    html = draw(rejected({"code": "12"}, code="Too short.", __form="Wrong."))
    assert "<title>Error: Enter the code</title>" in html
    assert (
        '<div class="wf-problems" id="wf-problems" tabindex="-1" autofocus> <div role="alert">'
        ' <h2>There is a problem</h2> <ul> <li><a href="#id_code">Code: Too short.</a></li> <li>Wrong.</li> </ul>'
    ) in html


def test_page_without_errors_has_no_summary() -> None:
    """Nothing takes focus where nothing is wrong."""
    html = draw(answer())
    assert "wf-problems" not in html
    assert "autofocus" not in html


def test_rejected_code_is_drawn_empty() -> None:
    """A one-time code that was no good stands in nobody's way, as little as a password."""
    assert 'value="12' not in draw(rejected({"code": "12"}, code="Too short."))


def test_rejected_field_is_described() -> None:
    """The input points to its help and its error, and keeps its autocomplete."""
    html = draw(rejected({"code": "12"}, code="Too short."))
    field = re.search(r"<input[^>]*name=\"code\"[^>]*>", html)
    assert field is not None
    for attribute in (
        'autocomplete="one-time-code"',
        'aria-invalid="true"',
        'aria-describedby="id_code_helptext id_code_error"',
    ):
        assert attribute in field[0]
    assert '<ul class="errorlist" id="id_code_error">' in html


def test_error_message_alone_marks_the_title() -> None:
    """A page that is shown again because of a limit is an error, too."""
    html = draw(answer(messages=(Message(level="error", text="Too many attempts."),)))
    assert "<title>Error: Enter the code</title>" in html
    assert (
        '<p class="wf-message wf-message-error" role="alert">'
        '<strong class="wf-hidden">Error: </strong>Too many attempts.</p>'
    ) in html


def test_message_is_announced_politely() -> None:
    """What is no error does not interrupt a screen reader."""
    html = draw(answer(messages=(Message(text="A new code is on its way."),)))
    assert '<p class="wf-message wf-message-info" role="status">A new code is on its way.</p>' in html


def test_own_field_template_is_used() -> None:
    """A field that its author draws in another way is drawn so."""
    form = CodeForm()
    form.fields["code"].template_name = "django/forms/label.html"
    assert 'name="code"' not in draw(answer(page=page(form)))


def test_hidden_fields_are_drawn_bare() -> None:
    """A hidden field has no label."""

    class Hidden(forms.Form):
        kind = forms.CharField(widget=forms.HiddenInput, initial="x")

    html = draw(answer(page=page(Hidden())))
    assert '<input type="hidden" name="kind" value="x" id="id_kind">' in html
    assert "<label" not in html


def test_formset_draws_its_rows() -> None:
    """Each row is a group of its own, and the management form is there."""
    html = draw(answer(page=page(formset_factory(CodeForm, extra=2)(prefix="lines"))))
    assert '<fieldset class="wf-row" id="wf-lines-1" tabindex="-1"> <legend>Entry 2</legend>' in html
    assert 'name="lines-1-code"' in html
    assert 'name="lines-TOTAL_FORMS" value="2"' in html


def test_form_with_files_is_multipart() -> None:
    """A file needs another encoding."""

    class Upload(forms.Form):
        photo = forms.FileField()

    assert ' enctype="multipart/form-data">' in draw(answer(page=page(Upload())))


def test_media_of_the_form_is_in_the_head() -> None:
    """A widget's own style sheet and script are loaded."""

    class WithMedia(forms.Form):
        class Media:
            js = ["widget.js"]

    assert re.search(r'<script src="[^"]*widget\.js"></script> </head>', draw(answer(page=page(WithMedia()))))


def test_htmx_attributes_are_asked_for() -> None:
    """The form swaps itself where htmx is there, and says nothing of it elsewhere."""
    assert f' hx-post="/code/?wf={KEY}" hx-target="this" hx-swap="outerHTML">' in draw(answer(), htmx=True)
    assert "hx-" not in draw(answer())


@pytest.mark.parametrize(
    ("shown", "template"),
    [
        (answer(), "wfapp/page.html"),
        (first_answer(status="start", title="Begin"), "wfapp/start.html"),
        (answer(status="waiting", title="Review"), "wfapp/waiting.html"),
        (answer(status="finished", end=End(status="finished")), "wfapp/finish.html"),
        (None, "wfapp/gone.html"),
        (None, "wfapp/fault.html"),
    ],
)
def test_pages_suit_a_strict_policy(shown: Answer | None, template: str) -> None:
    """``style-src 'self'; script-src 'none'`` holds: nothing is inline, and one style sheet is linked."""
    html = draw(shown, template, title="T", description="D")
    assert not re.search(r"<style|<script| style=| on\w+=", html)
    assert re.findall(r"<link[^>]*>", html) == ['<link rel="stylesheet" href="/static/wfapp/wfapp.css">']
    assert html.startswith('<!DOCTYPE html> <html lang="en">')


def test_site_has_its_own_base() -> None:
    """Every page extends the template that ``base_template`` names."""
    base = Template("[{% block title %}{% endblock %}|{% block content %}{% endblock %}]")
    html = draw(answer(), base_template=base)
    assert html.startswith("[Enter the code|<form")
    assert html.endswith("</form> ]")


def test_start_page_is_a_button() -> None:
    """A first page without a form starts the flow with a post, not with a link."""
    html = draw(first_answer(status="start", title="Confirm"), "wfapp/start.html")
    assert '<h1 class="wf-title" id="wf-title">Confirm</h1>' in html
    assert '<button class="wf-button" type="submit" name="wf_action" value="wf.start">Start</button>' in html
    assert 'name="wf_start" value="sealed-start-key"' in html


def test_finish_page_leads_on() -> None:
    """A finished flow shows its text and a link where it leads somewhere."""
    end = End(status="finished", message=Message(level="success", text="Saved."))
    html = draw(answer(status="finished", end=end), "wfapp/finish.html", target="/home/")
    assert "<p>Saved.</p>" in html
    assert '<a class="wf-button" href="/home/">Continue</a>' in html
    assert "Start again" not in html


def test_finish_page_that_leads_nowhere_has_no_room_for_buttons() -> None:
    """What is not there leaves no gap below the text."""
    html = draw(answer(status="finished", end=End(status="finished")), "wfapp/finish.html", target="")
    assert "wf-buttons" not in html


def test_aborted_page_offers_a_new_start() -> None:
    """An aborted flow can be started again."""
    html = draw(answer(status="aborted", end=End(status="aborted")), "wfapp/finish.html")
    assert '<a class="wf-button" href="/code/">Start again</a>' in html


def test_waiting_page_can_be_asked_again() -> None:
    """A person who waits for staff can look whether it went on."""
    html = draw(answer(status="waiting", title="In review"), "wfapp/waiting.html")
    assert "<title>In review</title>" in html
    assert f'<a class="wf-button" href="/code/?wf={KEY}">Check again</a>' in html


def test_german_page() -> None:
    """The templates are translated."""
    with override("de"):
        html = draw(rejected({"code": "12"}, code="Zu kurz."))
    assert '<html lang="de">' in html
    assert "<title>Fehler: Enter the code</title>" in html
    assert "<h2>Es gibt ein Problem</h2>" in html


@pytest.mark.parametrize("tag", ["wf_form", "wf_hidden", "wf_buttons"])
def test_tag_outside_of_a_page_is_a_mistake(tag: str) -> None:
    """A tag says where it belongs."""
    with pytest.raises(TemplateSyntaxError) as raised:
        Template(f"{{% load wfapp %}}{{% {tag} %}}").render(Context())
    assert str(raised.value) == (
        f"{{% {tag} %}} needs the variables of a workflow's page: use it in a template that WorkflowView renders."
    )


def test_tags_for_ones_own_form() -> None:
    """Whoever writes the form element draws the hidden fields and the buttons with tags."""
    page_of_theirs = Template("{% load wfapp %}<form>{% wf_hidden %}{{ form.as_p }}{% wf_buttons %}</form>")
    html = draw(answer(page=page(actions=(ActionView(id="resend", label="Resend"),))), page_of_theirs)
    assert 'name="wf_revision" value="2"' in html
    assert 'name="csrfmiddlewaretoken"' in html
    assert ">Verify code</button>" in html
    assert ">Resend</button>" in html
