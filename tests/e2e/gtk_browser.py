"""A browser of one window on WebKitGTK whose site data lie in the folder it is told, for WebKitWebDriver to drive.

Run by the system's Python, which has the bindings of GTK: `gtk_browser.py FOLDER`. The MiniBrowser of the packages
keeps nothing when it is driven, so it cannot show what survives a kill.
"""

import sys
from typing import Any

import gi  # type: ignore[import-not-found]  # the system's, not in the project's environment

gi.require_version("Gtk", "3.0")
gi.require_version("WebKit2", "4.1")
from gi.repository import Gtk, WebKit2  # type: ignore[import-not-found]  # noqa: E402  # the versions come first


def open_browser(folder: str) -> None:
    """Wait for the driver; it asks for the one window."""
    manager = WebKit2.WebsiteDataManager(base_data_directory=folder, base_cache_directory=f"{folder}/cache")
    context = WebKit2.WebContext(website_data_manager=manager)
    context.set_automation_allowed(True)

    def make_view(_session: Any) -> Any:
        view = WebKit2.WebView(web_context=context, is_controlled_by_automation=True)
        window = Gtk.Window(default_width=360, default_height=740)
        window.add(view)
        window.show_all()
        return view

    def begin(_context: Any, session: Any) -> None:
        about = WebKit2.ApplicationInfo()
        about.set_name("MiniBrowser")
        session.set_application_info(about)
        session.connect("create-web-view", make_view)

    context.connect("automation-started", begin)
    Gtk.main()


if __name__ == "__main__":
    open_browser(sys.argv[-1])
