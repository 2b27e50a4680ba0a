"""The least page that keeps an answer: one select, one insert, one commit; nothing is checked."""

import os
import sys

from flask import Flask
from sqlalchemy import Column, Integer, MetaData, String, Table, create_engine, insert, select
from waitress.server import create_server

from quiz.cli import HOST, THREADS
from quiz.db.base import WRITES, configure_engine

metadata = MetaData()
question = Table(
    "question", metadata, Column("id", Integer, primary_key=True), Column("answer", String)
)
answer = Table(
    "answer", metadata, Column("id", Integer, primary_key=True), Column("chosen", String)
)
QUESTIONS = 1000

app = Flask("bare")
engine = create_engine(os.environ["BENCH_DATABASE_URL"], pool_pre_ping=True)
configure_engine(engine)
writing = engine.execution_options(**WRITES)


@app.post("/<int:number>")
def page(number: int) -> str:
    with writing.begin() as connection:
        by_number = question.c.id == number % QUESTIONS + 1
        found = connection.execute(select(question.c.answer).where(by_number)).scalar_one()
        connection.execute(insert(answer).values(chosen=found))
    return "kept"


def set_up() -> None:
    """Make the tables and the questions."""
    with writing.begin() as connection:
        metadata.create_all(connection)
        connection.execute(insert(question), [{"answer": str(n)} for n in range(QUESTIONS)])
    print("ready")


def serve() -> None:
    """Serve as ``flask serve`` does, on any free port."""
    server = create_server(app, host=HOST, port=0, threads=THREADS, ident=None)
    print(f"http://{HOST}:{server.effective_port} ", flush=True)
    server.run()


if __name__ == "__main__":
    {"set_up": set_up, "serve": serve}[sys.argv[1]]()
