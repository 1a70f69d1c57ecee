"""axe, in a window that opened those it looks at: there it is read, compiled and warm once, and not on each page anew."""

from __future__ import annotations

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import BrowserContext, Page

# The script is a function of a window, called at once; here it waits for the window of a page.
_BEGINS, _ENDS = "!function a(window)", '("object"==typeof window?window:this);'
assert AXE_SCRIPT.count(_BEGINS) == 1 and AXE_SCRIPT.rstrip().endswith(_ENDS), "axe is not written as it was"
_AXE_OF = "void (window.axeOf = " + AXE_SCRIPT[AXE_SCRIPT.index(_BEGINS) + 1 :].rstrip().removesuffix(_ENDS) + ")"


def page_with_axe(context: BrowserContext) -> Page:
    """A page of the console that `violations` can look at. Only a window of the console itself stays in touch with those it opens."""
    opener = context.new_page()
    opener.goto("/account")
    with opener.expect_popup() as opened:
        opener.evaluate("void open()")
    return opened.value


def violations(page: Page) -> list[dict]:
    opener = page.opener()
    assert opener, "axe looks at pages of page_with_axe"
    if not opener.evaluate("'axeOf' in window"):
        opener.evaluate(_AXE_OF)
    return page.evaluate("async () => { opener.axeOf(window); return (await axe.run({ resultTypes: ['violations'] })).violations }")
