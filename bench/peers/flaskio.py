"""A Flask-SocketIO server with eventlet, as its own guide shows one: everybody who connects is in one room, and what
is posted to /publish goes to all of it. Nothing is stored, nobody's rights are looked at. PORT says where."""

import os

import eventlet

eventlet.monkey_patch()

from flask import Flask, request  # noqa: E402
from flask_socketio import SocketIO, join_room  # noqa: E402

app = Flask(__name__)
socketio = SocketIO(app, async_mode="eventlet", logger=False, engineio_logger=False)


@socketio.on("connect")
def connect():
    join_room("room")


@app.post("/publish")
def publish():
    socketio.emit("message", request.get_data(as_text=True), to="room")
    return "", 200


if __name__ == "__main__":
    listener = eventlet.listen(("127.0.0.1", int(os.environ["PORT"])), backlog=4096)
    eventlet.wsgi.server(listener, app, log_output=False, max_size=20000)
