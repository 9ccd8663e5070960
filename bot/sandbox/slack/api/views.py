"""views.*: opening, stacking, changing and publishing what people see in windows and on the Home tab."""

from __future__ import annotations

from bot.sandbox.slack.api.method import Answer, Method
from bot.sandbox.slack.argument import Args
from bot.sandbox.slack.blockkit import Surface
from bot.sandbox.slack.hub import Slack
from bot.sandbox.slack.modal import Window
from bot.sandbox.slack.refusal import Refusal, missing


def _answer(slack: Slack, window: Window) -> Answer:
    what = "home" if window.view["type"] == "home" else "view"
    slack.stream.tell(what, [window.user], view_id=window.id)
    return {"view": window.public(slack.config)}


async def opened(slack: Slack, args: Args) -> Answer:
    name = args.text("trigger_id") or args.text("interactivity_pointer")
    if not name:
        raise missing("trigger_id")
    view = slack.windows.check(args.json("view"), "modal")
    trigger = slack.tickets.spend(name)
    return _answer(slack, slack.windows.open(slack.workspace.serial("V"), trigger.user, view))


async def pushed(slack: Slack, args: Args) -> Answer:
    name = args.text("trigger_id") or args.text("interactivity_pointer")
    if not name:
        raise missing("trigger_id")
    view = slack.windows.check(args.json("view"), "modal")
    trigger = slack.tickets.spend(name)
    source = slack.windows.by_id.get(trigger.view_id)
    if source is None or source.view["type"] != "modal" or not source.is_open:
        raise Refusal("invalid_trigger_id")
    top = slack.windows.stack(trigger.user)[-1]
    return _answer(slack, slack.windows.push(slack.workspace.serial("V"), top, view))


async def updated(slack: Slack, args: Args) -> Answer:
    view_id, external = args.text("view_id"), args.text("external_id")
    if bool(view_id) == bool(external):
        raise Refusal("invalid_arguments", ["exactly one of view_id, external_id is required"])
    window = slack.windows.by_id.get(view_id) if view_id else slack.windows.external(external)
    if window is None or not window.is_open:
        raise Refusal("not_found")
    surface: Surface = "home" if window.view["type"] == "home" else "modal"
    view = slack.windows.check(args.json("view"), surface, apart_from=window.id)
    _fresh(window, args)
    window.show(view)
    return _answer(slack, window)


async def published(slack: Slack, args: Args) -> Answer:
    user = args.needed("user_id")
    if not slack.config.app.home_tab:
        raise Refusal("not_enabled")
    person = slack.workspace.people.get(user)
    if person is None or person.is_bot or person.is_stranger:
        raise Refusal("invalid_arguments", ["user not found [json-pointer:/user_id]"])
    home = slack.windows.homes.get(user)
    view = slack.windows.check(args.json("view"), "home", apart_from=home.id if home else "")
    if home is not None:
        _fresh(home, args)
    slack.changed()
    return _answer(slack, slack.windows.publish(slack.workspace.serial("V"), user, view))


def _fresh(window: Window, args: Args) -> None:
    if "hash" in args and args.text("hash") != window.hash:
        raise Refusal("hash_conflict")


METHODS = (
    Method("views.open", opened, 4),
    Method("views.push", pushed, 4),
    Method("views.update", updated, 4),
    Method("views.publish", published, 4),
)
