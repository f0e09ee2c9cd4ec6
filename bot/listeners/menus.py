"""The form's type-ahead menus, and its “More options” button."""

from __future__ import annotations

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.forms.choices import option_groups
from bot.forms.estimates import MORE_OPTIONS, Origin, form
from bot.forms.inputs import read_inputs
from bot.listeners.modals import update_modal
from bot.services import Services
from bot.slack.request import ActionRequest, OptionsRequest, SlackView
from bot.workspace.defaults import WorkspaceDefaults


async def hidden_defaults(services: Services, view: SlackView, team_id: str) -> WorkspaceDefaults:
    """Return the workspace's defaults of the fields that a form doesn't show; the user has set the others."""
    visible_keys = {block["block_id"] for block in view.content["blocks"]}
    defaults = await services.cached_defaults(team_id)
    return WorkspaceDefaults({key: text for key, text in defaults.fields.items() if key not in visible_keys})


def register(app: AsyncApp, services: Services) -> None:
    @app.action(MORE_OPTIONS)
    async def on_more(ack: AsyncAck, slack_request: ActionRequest) -> None:
        await ack()
        team_id, view = slack_request.team_id, slack_request.view
        origin = Origin.read(view.private_metadata)
        defaults = WorkspaceDefaults({}) if origin.edit_of else await hidden_defaults(services, view, team_id)
        inputs = defaults.complete(read_inputs(view.content))
        expanded = form(origin, inputs, more=True, labels=(await services.menus()).labels)
        services.worker.start(update_modal(services, slack_request, view.id, expanded, view.hash))

    @app.options("base")
    async def on_base_options(ack: AsyncAck, slack_request: OptionsRequest) -> None:
        await ack(option_groups=option_groups((await services.menus()).base.search(slack_request.query)))

    @app.options("on")
    async def on_offer_options(ack: AsyncAck, slack_request: OptionsRequest) -> None:
        await ack(option_groups=option_groups((await services.menus()).on.search(slack_request.query)))
