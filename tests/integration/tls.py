"""TLS before the embedded servers, which listen on Unix sockets and know none themselves.

What processes do is real: they ask for TLS as each protocol has it, and check the certificate.
"""

import asyncio
import contextlib
import ssl
import subprocess
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SSL_REQUEST = 80_877_103
"""How a client of Postgres asks for TLS (PostgreSQL documentation, message formats)."""

CHUNK_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Certificate:
    """Signed by itself, for `localhost` only."""

    certificate: Path
    key: Path

    @classmethod
    def made(cls, place: Path, name: str) -> "Certificate":
        """A new one."""
        made = cls(place / f"{name}.crt", place / f"{name}.key")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-days", "1", "-subj", f"/CN={name}",
             "-addext", "subjectAltName=DNS:localhost",
             "-keyout", str(made.key), "-out", str(made.certificate)],
            check=True, capture_output=True,
        )  # fmt: skip
        return made

    @property
    def context(self) -> ssl.SSLContext:
        """For a server that shows it."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context


class TlsBefore:
    """Listens at a port of 127.0.0.1 while it runs, and forwards to a Unix socket."""

    def __init__(self, target: Path, certificate: Certificate, *, is_postgres: bool) -> None:
        self._target = target
        self._context = certificate.context
        self._is_postgres = is_postgres
        self.port = 0

    @contextmanager
    def running(self) -> Generator["TlsBefore"]:
        """Until then it forwards."""
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, name="tls")
        thread.start()
        server = asyncio.run_coroutine_threadsafe(self._listen(), loop).result()
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            asyncio.run_coroutine_threadsafe(_end(server), loop).result()
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()

    async def _listen(self) -> asyncio.Server:
        # Postgres speaks in the clear until both have agreed on TLS.
        context = None if self._is_postgres else self._context
        return await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=context)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            if not self._is_postgres or await self._agreed(reader, writer):
                there, back = await asyncio.open_unix_connection(str(self._target))
                await asyncio.gather(_pump(reader, back), _pump(there, writer))
        writer.close()

    async def _agreed(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        request = await reader.readexactly(8)
        if int.from_bytes(request[4:]) != SSL_REQUEST:
            return False
        writer.write(b"S")
        await writer.start_tls(self._context)
        return True


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while chunk := await reader.read(CHUNK_BYTES):
            writer.write(chunk)
            await writer.drain()
    writer.close()


async def _end(server: asyncio.Server) -> None:
    server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
