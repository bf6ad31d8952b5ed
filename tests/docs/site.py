"""A Django site that is made of the samples of one page, as a reader would make it."""

from __future__ import annotations

import io
import logging
import re
import shlex
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack, chdir, redirect_stdout
from copy import deepcopy
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from logging.config import DictConfigurator
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

from django.apps import apps
from django.contrib import admin
from django.core.management import call_command
from django.test import override_settings
from django.urls import clear_url_caches, include, path

from tests.docs.exchange import Exchange, alike
from tests.docs.markdown import BROWSER_TESTS, ROOT, Sample
from tests.integration.pages.visitor import Visitor
from wfapp.declaration.registry import registry

__all__ = ["Kind", "Site"]

STARTPROJECT = [
    f"django.contrib.{name}" for name in ("admin", "auth", "contenttypes", "sessions", "messages", "staticfiles")
]
"""The apps of a site as ``django-admin startproject`` makes it."""

Kind = Literal["startproject", "wfapp", "demo"]
"""What a page begins with: a fresh site, a fresh one with wfapp installed, or the demo site."""

OURS = ("project.", "tests.")
"""The apps that such a site has not."""

QUEUE = "django_tasks_database"
"""The app of the demo's queue: a page that wants it installs it."""

_FILE = re.compile(r"(?:#|\{#|<!--) (?P<path>[\w/.-]+\.(?:py|html|po|txt))(?: #\}| -->)?\n")


class Site(ExitStack):
    """Run samples one after the other; leaving it takes everything back."""

    def __init__(self, folder: Path, kind: Kind) -> None:
        super().__init__()
        self.folder = folder
        self.kind = kind
        self.output = ""
        self.exchange = Exchange()
        self._modules: dict[str, ModuleType] = {}
        self._urls: list[Sample] = []
        self._before = registry._classes, admin.site._registry, apps.all_models
        self.callback(self._forget)
        registry._classes = dict(registry._classes)
        if kind != "demo":
            self._begin_anew()
        vars(self._module("page")).update(site=self, Visitor=Visitor)
        self.enter_context(chdir(folder))

    def _begin_anew(self) -> None:
        """Put an empty site in the place of the one that the tests run in."""
        shipped = [config.label for config in apps.get_app_configs() if not config.name.startswith(OURS)]
        registry._classes = {}
        admin.site._registry = {
            model: found
            for model, found in admin.site._registry.items()
            if model._meta.app_label in shipped and model._meta.app_label != QUEUE
        }
        apps.all_models = defaultdict(dict, {label: apps.all_models[label] for label in shipped})
        self.configure(INSTALLED_APPS=[*STARTPROJECT, *(["rest_framework", "wfapp"] if self.kind == "wfapp" else [])])
        self.configure(
            ROOT_URLCONF="urls", LOGIN_URL="/accounts/login/", LOGIN_REDIRECT_URL="/accounts/profile/", WFAPP={}
        )
        self._restart()

    def run(self, sample: Sample) -> None:
        """Run one sample in the way of its language."""
        runners: dict[str, Callable[[Sample], None]] = {
            "python": self._run_python,
            "html": self._write,
            "sh": self._run_shell,
            "text": self._compare_output,
            "json": self._send_or_compare,
            "http": self._send_or_compare,
            **dict.fromkeys(("js", "jsx", "vue"), self._leave_to_a_browser),
        }
        if sample.language not in runners:
            raise AssertionError(f"{sample}: nothing runs {sample.language!r}; legal are {', '.join(runners)}.")
        runners[sample.language](sample)

    def _leave_to_a_browser(self, sample: Sample) -> None:
        page = str(sample.page.relative_to(ROOT))
        assert page in BROWSER_TESTS, f"{sample}: name the test that runs it in BROWSER_TESTS."
        assert (ROOT / BROWSER_TESTS[page]).is_file(), f"{BROWSER_TESTS[page]} is not there to run {sample}."

    def configure(self, **values: Any) -> None:
        """Set settings until the site is left."""
        self.enter_context(override_settings(**values))

    def _run_python(self, sample: Sample) -> None:
        match = _FILE.match(sample.text)
        name = match["path"].removesuffix(".py").replace("/", ".") if match else "page"
        if name == "settings":
            self._read_settings(sample)
            return
        if name == "urls":
            self._urls.append(sample)
        else:
            if "." in name:
                self._install(name.partition(".")[0])
            with redirect_stdout(io.StringIO()) as printed:
                _execute(sample, vars(self._module(name)))
            self.output = printed.getvalue()
        if name.endswith(".models"):
            apps.get_app_config(name.partition(".")[0]).models_module = self._module(name)
        if name != "page":
            self._restart()

    def _restart(self) -> None:
        """Read addresses and templates anew, as a server does that is started again."""
        if self.kind == "demo":
            return
        own = [path("wf/", include("wfapp.urls"))] if self.kind == "wfapp" else []
        namespace = vars(self._module("urls"))
        namespace["urlpatterns"] = [path("admin/", admin.site.urls), *own]
        for sample in self._urls:
            _execute(sample, namespace)
        clear_url_caches()
        self.configure(TEMPLATES=[_templates(self.folder / "templates")])

    def _read_settings(self, sample: Sample) -> None:
        before = {"INSTALLED_APPS": [config.name for config in apps.get_app_configs()], "WFAPP": {}, "MIDDLEWARE": []}
        values = deepcopy(before)
        _execute(sample, values)
        _check_logging(values.pop("LOGGING", {}))
        for app in values["INSTALLED_APPS"]:
            if find_spec(app) is None:
                self._package(app)
        self.configure(
            **{name: value for name, value in values.items() if name.isupper() and value != before.get(name)}
        )

    def _install(self, app: str) -> None:
        if not apps.is_installed(app):
            self._package(app)
            self.configure(INSTALLED_APPS=[*(config.name for config in apps.get_app_configs()), app])

    def _package(self, name: str) -> None:
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        self._module(name).__path__ = [str(folder)]

    def _write(self, sample: Sample) -> None:
        match = _FILE.match(sample.text)
        if match is None:
            raise AssertionError(f"{sample}: say in a comment on the first line which file this is.")
        file = self.folder / match["path"]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(sample.text[match.end() :], encoding="utf-8")
        self._restart()

    def _run_shell(self, sample: Sample) -> None:
        for line in sample.text.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
                del words[0]
            match words:
                case []:
                    continue
                case ["sh", script, *_rest]:
                    # Both install packages and go on for minutes: here it is enough that they are there, and sound.
                    subprocess.run(["sh", "-n", ROOT / script], check=True)
                case ["python", "manage.py", "db_worker"]:
                    self._work()
                case ["python", "manage.py", *arguments]:
                    self._manage(arguments)
                case ["curl", *arguments]:
                    self.exchange.curl(arguments)
                case _:
                    raise AssertionError(f"{sample}: nothing runs {line!r}.")

    def _manage(self, arguments: list[str]) -> None:
        output = io.StringIO()
        if "migrate" in arguments:
            self.callback(self._unmigrate)
        call_command(*arguments, stdout=output, stderr=output, no_color=True)
        self.output = output.getvalue()

    def _work(self) -> None:
        """Run what is queued; a worker would go on for ever, and keep the signals."""
        handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT)}
        try:
            self._manage(["db_worker", "--batch", "--interval=0", "--no-startup-delay", "--verbosity=0"])
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)

    def _unmigrate(self) -> None:
        """Take the tables of the site's own apps out of the database again."""
        for app in apps.app_configs:
            if (self.folder / app / "migrations" / "0001_initial.py").exists():
                call_command("migrate", app, "zero", verbosity=0)

    def _compare_output(self, sample: Sample) -> None:
        assert alike(sample.text.rstrip(), self.output.rstrip()), f"{sample}: the output is {self.output}"

    def _send_or_compare(self, sample: Sample) -> None:
        self.exchange.follow(sample)

    def _module(self, name: str) -> ModuleType:
        if name not in self._modules:
            module = sys.modules.get(name) or ModuleType(name)
            module.__spec__ = ModuleSpec(name, None, is_package="." not in name)
            sys.modules[name] = self._modules[name] = module
            parent, _dot, own = name.rpartition(".")
            if parent:
                setattr(self._modules[parent], own, module)
        return self._modules[name]

    def _forget(self) -> None:
        for name in [name for name in sys.modules if name.partition(".")[0] in self._modules]:
            del sys.modules[name]
        registry._classes, admin.site._registry, apps.all_models = self._before
        apps.clear_cache()
        clear_url_caches()


def _execute(sample: Sample, namespace: dict[str, Any]) -> None:
    """Run Python so that a traceback points into its page."""
    code = compile("\n" * (sample.line - 1) + sample.text, str(sample.page), "exec", dont_inherit=True)
    exec(code, namespace)  # noqa: S102  it is this repository's own


def _templates(folder: Path) -> dict[str, Any]:
    names = ("template.context_processors.request", "contrib.auth.context_processors.auth")
    names = (*names, "contrib.messages.context_processors.messages")
    return {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [folder],
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": [f"django.{name}" for name in names]},
    }


def _check_logging(config: dict[str, Any]) -> None:
    """Make what a configuration of logging declares; to apply it would change the loggers of every later test."""
    made = DictConfigurator(config)
    for name, declared in config.get("filters", {}).items():
        config["filters"][name] = made.configure_filter(declared)
    for name, declared in config.get("formatters", {}).items():
        config["formatters"][name] = made.configure_formatter(declared)
    for declared in config.get("handlers", {}).values():
        record = logging.makeLogRecord({"name": "docs", "msg": "heard"})
        handler = made.configure_handler(declared)
        assert handler.filter(record)
        assert "heard" in handler.format(record)
