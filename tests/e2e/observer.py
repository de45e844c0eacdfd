"""An observer's gestures, by what stands on the screen. Touches, not clicks: the phone has a finger, no mouse."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from playwright.sync_api import Locator, Page, expect

from tests.e2e.phone import wait_for_worker

PASSWORD = "fire ord i en lang række"
NAME = "ida"


class Observer:
    """Somebody with the phone in her hand."""

    def __init__(self, page: Page) -> None:
        self.page = page
        # For each entry when its first touch began and when it was over: the entry's time lies between.
        self.touches: list[tuple[datetime, datetime]] = []

    def set_up(self, title: str = "Home care North", *, keeps_lock: bool = False) -> None:
        """Fill in the one-time link's page: account and study with the heuristic four, phones without a lock."""
        page = self.page
        page.get_by_label("Name", exact=True).fill(NAME)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_label("Title", exact=True).fill(title)
        page.get_by_label("Time zone", exact=True).select_option("Europe/Copenhagen")
        page.get_by_role("radio", name="Actions and structures").check()
        page.get_by_role("radio", name="Heuristic four").check()
        self.tap("Create account and study")
        lock = page.get_by_role("heading", name="Lock on this device")
        start = page.get_by_role("button", name="START", exact=True)
        expect(lock.or_(start)).to_be_visible()
        if keeps_lock:
            return
        self._do_without_lock()
        expect(start).to_be_visible()

    def _do_without_lock(self) -> None:
        """The study asks for no lock on its phones: what it does stands in test_lock."""
        page = self.page
        # Asked by the page itself: only the browser trusts a room's own authority.
        assert page.evaluate(
            """async () => {
              const { studies } = await (await fetch('/api/v1/me')).json();
              const answer = await fetch(`/api/v1/studies/${studies[0].study_id}`, {
                method: 'PATCH',
                headers: { 'Content-Type': 'application/json' },
                body: JSON.stringify({ lock_required: false, lock_reason: 'Not in this test' }),
              });
              return answer.ok;
            }"""
        )
        page.reload()

    def wait_until_ready_offline(self) -> None:
        """The app opens without a network from now on."""
        wait_for_worker(self.page)

    def start(self) -> None:
        """START is one tap."""
        self.tap("START")
        expect(self.group("Structures")).to_be_visible()

    def end(self) -> None:
        """End the encounter and leave the three questions unanswered."""
        self.tap("End")
        self.tap("End now")
        self.tap("Done")
        expect(self.page.get_by_role("button", name="START", exact=True)).to_be_visible()

    def more(self, name: str) -> None:
        """Something of the sheet behind the three dots."""
        self.tap("More")
        sheet = self.page.get_by_role("dialog")
        sheet.get_by_role("button", name=name, exact=True).or_(sheet.get_by_role("link", name=name, exact=True)).tap()

    def add_actor(self, kind: str, label: str) -> None:
        """A person on the spot, by pseudonym."""
        self.tap("Add somebody")
        sheet = self.page.get_by_role("dialog")
        sheet.get_by_role("radio", name=kind, exact=True).check()
        sheet.get_by_label("Pseudonym").fill(label)
        sheet.get_by_role("button", name=f"Add {label}", exact=True).tap()
        expect(sheet).to_be_hidden()
        expect(self.who(label)).to_be_visible()

    def tap(self, name: str) -> None:
        """Touch the button with this name."""
        self.page.get_by_role("button", name=name, exact=True).tap()

    def group(self, name: str) -> Locator:
        """A row or grid of the capture screen."""
        return self.page.get_by_role("group", name=name, exact=True)

    def who(self, label: str) -> Locator:
        """Somebody's button in the actor row."""
        return self.group("Who").get_by_role("button", name=re.compile(rf"^{re.escape(label)}( ?,.*)?$"))

    def see(
        self,
        actor: str | None = None,
        *,
        to: str | None = None,
        action: str | None = None,
        structure: str | None = None,
    ) -> None:
        """Log one entry; without a structure MARK commits what was picked."""
        touches = []
        if actor is not None:
            touches.append(self.who(actor))
        if to is not None:
            touches += [self.page.get_by_role("button", name="Towards whom", exact=True), self.who(to)]
        if action is not None:
            touches.append(self.group("Actions").get_by_role("button", name=action, exact=True))
        if structure is not None:
            touches.append(self.group("Structures").get_by_role("button", name=structure, exact=True))
        else:
            touches.append(self.page.get_by_role("button", name="Mark").first)
        self._touch(*touches)

    def begin(self, actor: str, action: str) -> None:
        """Start a state: its code's timing says that the tap itself starts it."""
        self._touch(self.who(actor), self.group("Actions").get_by_role("button", name=action, exact=True))

    def mark(self) -> None:
        """The bar along the bottom edge."""
        self._touch(self.page.get_by_role("button", name="Mark").first)

    def write(self, text: str, *, actor: str | None = None, verbatim: bool = False) -> None:
        """WORDS: the entry is saved at the touch, then the keyboard opens."""
        words = self.page.get_by_role("button", name="Words", exact=True)
        self._touch(*([self.who(actor)] if actor else []), words)
        sheet = self.page.get_by_role("dialog")
        sheet.get_by_label("What was said or seen").fill(text)
        if verbatim:
            sheet.get_by_label("Said word for word").check()
        sheet.get_by_role("button", name="Save words", exact=True).tap()
        expect(sheet).to_be_hidden()

    def _touch(self, first: Locator, *others: Locator) -> None:
        before = datetime.now(UTC)
        first.tap()
        self.touches.append((before, datetime.now(UTC)))
        for other in others:
            other.tap()

    def truth(self, text: str) -> None:
        """Wait until the line of two truths says this."""
        expect(self.page.get_by_role("link").filter(has_text="on phone ✓")).to_contain_text(text, timeout=90_000)
