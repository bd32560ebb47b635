"""A client on the official Python SDK that does one step at a time.

Reads a line of JSON from standard input, does what it says with the SDK, and answers with a
line of JSON on standard output: {"ok": ...} or {"error": {"code": ..., "message": ...}}. What
is to be done, and what must come out, stands in the test that starts this; nothing is judged
here. The SDK itself refuses results that do not fit a tool's output schema.
"""

import json
import sys
from contextlib import AsyncExitStack
from typing import Any

import anyio
from mcp import Client, MCPError, StdioServerParameters


class Driver:
    """One client, and the one call that may be under way beside the steps."""

    def __init__(self, background: anyio.abc.TaskGroup) -> None:
        self.background = background
        self.stack = AsyncExitStack()
        self.client: Client | None = None
        self.heard: list[dict[str, Any]] = []
        self.under_way: anyio.CancelScope | None = None
        self.ended = anyio.Event()
        self.outcome = "nothing"

    async def connect(self, step: dict[str, Any]) -> Any:
        """Starts the server; `mode` is `legacy` (initialize) or `auto` (the newest version)."""
        server = StdioServerParameters(command=step["command"], args=step["args"])
        client = Client(
            server,
            mode=step["mode"],
            logging_callback=self.hear,
            log_level="debug" if step["mode"] == "auto" else None,
        )
        self.client = await self.stack.enter_async_context(client)
        return {
            "version": self.client.protocol_version,
            "server": self.client.server_info.name,
            "instructions": self.client.instructions,
        }

    async def hear(self, message: Any) -> None:
        """Keeps a log message of the server."""
        self.heard.append({"level": message.level, "data": message.data})

    async def tools(self, _step: dict[str, Any]) -> Any:
        listed = await self.client.list_tools()
        return [tool.name for tool in listed.tools]

    async def call(self, step: dict[str, Any]) -> Any:
        result = await self.client.call_tool(step["tool"], step["arguments"])
        return {
            "isError": bool(result.is_error),
            "data": result.structured_content,
            "text": result.content[0].text,
        }

    async def begin_call(self, step: dict[str, Any]) -> Any:
        """Starts a call and does not wait for it."""
        self.under_way = anyio.CancelScope()
        self.ended = anyio.Event()
        self.background.start_soon(self.call_aside, step)
        return None

    async def call_aside(self, step: dict[str, Any]) -> None:
        self.outcome = "cancelled"
        with self.under_way:
            try:
                await self.client.call_tool(step["tool"], step["arguments"])
                self.outcome = "answered"
            except MCPError:
                self.outcome = "refused"
        self.ended.set()

    async def cancel(self, _step: dict[str, Any]) -> Any:
        """Cancels the call under way and tells how it ended."""
        self.under_way.cancel()
        await self.ended.wait()
        return self.outcome

    async def resources(self, _step: dict[str, Any]) -> Any:
        listed = await self.client.list_resources()
        return [resource.uri for resource in listed.resources]

    async def read(self, step: dict[str, Any]) -> Any:
        result = await self.client.read_resource(step["uri"])
        return json.loads(result.contents[0].text)

    async def ping(self, _step: dict[str, Any]) -> Any:
        await self.client.send_ping()
        return None

    async def set_level(self, step: dict[str, Any]) -> Any:
        await self.client.set_logging_level(step["level"])
        return None

    async def news(self, _step: dict[str, Any]) -> Any:
        """What was heard since the last time."""
        heard, self.heard = self.heard, []
        return heard

    async def close(self, _step: dict[str, Any]) -> Any:
        await self.stack.aclose()
        return None


async def answer(driver: Driver, step: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"ok": await getattr(driver, step["do"])(step)}
    except MCPError as error:
        return {"error": {"code": error.code, "message": error.message}}
    except Exception as error:  # The test judges it; a traceback would only be lost.
        return {"error": {"code": None, "message": f"{type(error).__name__}: {error}"}}


async def main() -> None:
    async with anyio.create_task_group() as background:
        driver = Driver(background)
        while line := await anyio.to_thread.run_sync(sys.stdin.readline):
            print(json.dumps(await answer(driver, json.loads(line))), flush=True)
        await driver.stack.aclose()


anyio.run(main)
