"""The `slackwater token-keys` commands."""

from pathlib import Path
from typing import Annotated

import typer

from launcher.cli_context import said_plainly
from launcher.token_keys import Algorithm, add_key, remove_key, ring_in, sign_with

token_keys = typer.Typer(
    help="Keys of access tokens: replaced in three steps, without a gap.", no_args_is_help=True
)

KeyFile = Annotated[Path, typer.Argument(help="What SLACKWATER_TOKEN_KEY_FILE names.")]
Kid = Annotated[str, typer.Argument(help="Which key; `list` names them.")]


@token_keys.command("list")
def list_keys(file: KeyFile) -> None:
    """List the keys; the first one signs."""
    with said_plainly():
        for number, key in enumerate(ring_in(file).keys):
            typer.echo(f"{key.kid}  {key.algorithm}  {'checks' if number else 'signs, and checks'}")


@token_keys.command()
def add(file: KeyFile, algorithm: Annotated[Algorithm, typer.Option()] = "EdDSA") -> None:
    """Step 1: add a key that checks. Start the APIs anew before the next step."""
    with said_plainly():
        typer.echo(add_key(file, algorithm))


@token_keys.command("sign-with")
def let_sign(file: KeyFile, kid: Kid) -> None:
    """Step 2: let a key sign. Start the APIs anew; the old key's tokens go on being good."""
    with said_plainly():
        sign_with(file, kid)


@token_keys.command()
def remove(file: KeyFile, kid: Kid) -> None:
    """Step 3: take a key away, once its last token has run out. Start the APIs anew."""
    with said_plainly():
        remove_key(file, kid)
