"""Addresses that a client may hand as a redirect's target: those that must be refused, and those that must survive.

From OWASP's Unvalidated Redirects and Forwards, its Web Security Testing Guide (WSTG-CLNT-04), what the URL Standard
has browsers repair, and what reverse proxies decode. The site is ``testserver``; ``app.example.com`` is allowed.
"""

from __future__ import annotations

__all__ = ["HOSTILE", "KINDS", "LEGAL", "name_of"]

KINDS = {
    "Another site, plainly": [
        "http://evil.example",
        "https://evil.example/",
        "HTTPS://EVIL.EXAMPLE/",
        "https://evil.example/?next=http://testserver/",
        "https://app.example.com.evil.example/",
        "https://evilapp.example.com/",
        "https://sub.app.example.com/",
        "https://app.example.com./",
        "http://testserver.evil.example/",
    ],
    "Protocol-relative": [
        "//evil.example",
        "//EVIL.example/a",
        "//evil.example/testserver/",
        "//2130706433/",
        "//0x7f000001/",
    ],
    "More slashes, fewer slashes": [
        "///evil.example/",
        "////evil.example/",
        "http:///evil.example/",
        "http:////evil.example/",
        "https:evil.example",
        "https:/evil.example",
        "http:testserver",
    ],
    "Backslashes, which browsers read as slashes": [
        "\\\\evil.example/",
        "/\\evil.example/",
        "\\/evil.example/",
        "/\\/evil.example/",
        "http:\\\\evil.example/",
        "http://testserver\\@evil.example/",
        "https://evil.example\\.testserver/",
    ],
    "Control characters, which browsers drop": [
        "/\t/evil.example/",
        "/\n/evil.example/",
        "\t//evil.example/",
        "\x08//evil.example/",
        "/\x00/evil.example/",
        "ht\ntp://evil.example/",
        "/\x7f",
        "/\x85/evil.example/",
    ],
    "Space around": [
        " //evil.example/",
        " /a",
        "/a ",
        "/a\r\n",
        "\u3000//evil.example/",
        "\ufeff//evil.example/",
        "/\u2028",
    ],
    "A second header": [
        "/\r\nSet-Cookie: a=b",
        "/%0d%0aSet-Cookie:%20a=b",
        "/%0D%0A%0D%0A<script>alert(1)</script>",
        "/%E5%98%8A%E5%98%8D\r\nLocation: https://evil.example",
    ],
    "Who is named before the @": [
        "https://testserver@evil.example/",
        "https://testserver:80@evil.example/",
        "//testserver@evil.example/",
        "https://user:password@testserver/",
        "http://@testserver/",
        "https://app.example.com%40evil.example/",
        "https://app.example.com%2f@evil.example/",
    ],
    "Other schemes": [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "java\tscript:alert(1)",
        " javascript:alert(1)",
        "javascript://testserver/%0aalert(1)",
        "\x01javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "DATA:text/html;base64,PHNjcmlwdD4=",
        "vbscript:msgbox(1)",
        "file:///etc/passwd",
        "ftp://testserver/",
        "ws://testserver/",
        "blob:http://testserver/1",
        "view-source:http://testserver/",
        "mailto:a@evil.example",
    ],
    "Encoded slashes, dots and control characters": [
        "/%2f/evil.example/",
        "/%2fevil.example/",
        "/%5cevil.example/",
        "/%5C%5Cevil.example/",
        "/%252fevil.example/",
        "/%25252fevil.example/",
        "/%2525252fevil.example/",
        "/%09/evil.example/",
        "/%00",
        "/%c0%afevil.example/",
        "%2f%2fevil.example/",
        "/.//evil.example/",
        "/..//evil.example/",
        "/a/..//evil.example/",
        "/%2e%2e//evil.example/",
        "http://testserver//evil.example/",
    ],
    "Unicode that is folded into a dot or a slash": [
        "//evil\u3002example/",
        "//evil\uff0eexample/",
        "/\uff0fevil.example/",
        "\uff0f\uff0fevil.example/",
        "/\uff3cevil.example/",
        "/%ef%bc%8fevil.example/",
        "/\uff0e\uff0e/\uff0fevil.example/",
        "http://test\u200bserver/",
        "/\u202egro.live",
        "http://\u24e3estserver/",
    ],
    "Names that look like ours": [
        "http://t\u0435stserver/",
        "http://xn--tstserver-d1g/",
        "http://TESTSERVER/",
        "http://testserver%2eevil.example/",
        "http://testserver%00.evil.example/",
        "http://testserver;evil.example/",
        "http://testserver,evil.example/",
    ],
    "Ports and numbers": [
        "http://testserver:8000/",
        "http://testserver:/",
        "http://testserver:80:80/",
        "https://app.example.com:444/",
        "http://[::1]/",
        "http://[fe80::1%25eth0]/",
        "http://[::1/",
        "//[evil.example/",
    ],
    "No path from the root": [
        " ",
        "a",
        "evil.example",
        "./a",
        "../a",
        "?a=b",
        "#a",
        "@evil.example",
        ":80",
    ],
    "Too long, and no text at all": [
        "/" + "a" * 2_000,
        "/\ud800",
        "/\ufffd",
        "//evil.example/\udfff",
    ],
}
"""What leads to another site, or might once somebody on the way decodes, normalises or resolves it."""

HOSTILE = [target for kind in KINDS.values() for target in kind]

LEGAL = [
    "/",
    "/a/b/",
    "/a/b/?c=d&e=%20f#g",
    "/a b",
    "/größe/",
    "/gr%C3%B6%C3%9Fe/",
    "/%D9%85%DB%8C%E2%80%8C%D8%AE/",
    "/100%25/",
    "/a//b/",
    "/@ada/",
    "/search/?q=a%5Cb%0D%0Ac",
    "/login/?next=https%3A%2F%2Fapp.example.com%2F",
    "/file.txt;v=1",
    "http://testserver",
    "http://testserver/a",
    "https://testserver/a",
    "HTTPS://app.example.com/",
    "https://app.example.com/a?b#c",
    "//app.example.com/a",
    "/" + "a" * 1_999,
]
"""What stays on this site, or goes to an allowed host."""


def name_of(target: str) -> str:
    """Name a target in the report of a test, in ASCII."""
    return ascii(target[:40])[1:-1]
