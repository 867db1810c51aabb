import os

from flask import Flask

app = Flask(__name__)


@app.route("/")
def greet():
    return "hello from a web application\n"


@app.route("/files")
def files():
    return " ".join(sorted(name for name in os.listdir("/app") if not name.startswith("__")))
