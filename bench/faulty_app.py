"""The app over the starter and an instance of its own, for a process that is going to be killed."""

import os

from quiz import create_app

app = create_app({"INSTANCE_DIR": os.environ["BENCH_INSTANCE"]})
