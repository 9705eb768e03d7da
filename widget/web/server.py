"""A server that answers everybody who had come when it was asked to stop.

uvicorn 0.54 closes its listening socket at once: whom the system had accepted and the server had not yet is reset.
"""

import asyncio
import os
import socket

import uvicorn

#: Seconds in which the loop lets go of its own descriptors of the door, so that ours are the last.
MOMENT = 0.05


class Server(uvicorn.Server):
    """uvicorn's server, stopped without a gap: what waits at the door is let in before the door closes."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let in who waits, take nobody else, and end when all are answered."""
        doors = self._closed()
        await asyncio.sleep(MOMENT)  # until then newcomers queue: the system holds the door open, nobody lets them in
        for each in self._late(doors):
            await asyncio.get_running_loop().connect_accepted_socket(self._connection, each)
        await super().shutdown(sockets)

    def _closed(self) -> list[socket.socket]:
        """Stop uvicorn's own accepting; return the same listening sockets, still open under other descriptors."""
        doors = [socket.socket(fileno=os.dup(each.fileno())) for server in self.servers for each in server.sockets]
        for server in self.servers:
            server.close()
        return doors

    @staticmethod
    def _late(doors: list[socket.socket]) -> list[socket.socket]:
        """Return the connections that wait; the door closes right after the last of them, with nothing in between."""
        waiting: list[socket.socket] = []
        for door in doors:
            door.setblocking(False)
            with door:
                while (found := _next(door)) is not None:
                    waiting.append(found)
        return waiting

    def _connection(self) -> asyncio.Protocol:
        kind = self.config.http_protocol_class
        return kind(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)  # type: ignore[call-arg]  # any protocol, as in uvicorn's own start


def _next(door: socket.socket) -> socket.socket | None:
    try:
        return door.accept()[0]
    except BlockingIOError:
        return None
