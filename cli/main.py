"""The one way in: `passerby COMMAND`. Commands are imported only when they are used."""

from importlib import import_module

import click

COMMANDS: dict[str, str] = {
    "ble": "cli.ble:ble",
    "box": "cli.enrol:box",
    "camera": "cli.camera:camera",
    "certificate": "cli.certificate:certificate",
    "commission": "cli.commission:commission",
    "config": "cli.config:config",
    "diag": "cli.diag:diag",
    "events": "cli.events:events",
    "floor": "cli.floor:floor",
    "logs": "cli.logs:logs",
    "metrics": "cli.metrics:metrics",
    "models": "cli.models:models",
    "preflight": "cli.preflight:preflight",
    "privacy": "cli.privacy:privacy",
    "provision": "cli.provision:provision",
    "queue": "cli.queue:queue",
    "replay": "cli.replay:replay",
    "rfid": "cli.rfid:rfid",
    "schema": "cli.schema:schema",
    "sensors": "cli.sensors:sensors",
    "status": "cli.status:status",
    "top": "cli.top:top",
    "try": "cli.trial:trial",
    "wifi": "cli.wifi:wifi",
    "wipe": "cli.wipe:wipe",
}


class LazyGroup(click.Group):
    """A group whose commands are module paths until one of them is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        path = COMMANDS.get(cmd_name)
        if path is None:
            return None
        module, _, attribute = path.partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(None, "--version", package_name="passerby", message="%(package)s %(version)s")
def main() -> None:
    """See how a Passerby box is doing, and what it says."""


if __name__ == "__main__":
    main()
