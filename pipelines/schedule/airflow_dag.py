"""The nightly clubcall run as an Airflow DAG (Airflow 2.4 and later, 3.x)."""

from datetime import timedelta

import pendulum

try:  # Airflow 3
    from airflow.providers.standard.operators.bash import BashOperator
    from airflow.sdk import DAG
except ImportError:  # Airflow 2
    from airflow import DAG
    from airflow.operators.bash import BashOperator

# The pipeline's time zone decides which day it is.
ZONE = "Asia/Shanghai"

# Airflow keeps the interval in UTC, where 02:30 in Shanghai is still the day
# before; so the end is brought back to the zone before its date is taken.
AS_OF = f"{{{{ data_interval_end.in_timezone('{ZONE}').strftime('%Y-%m-%d') }}}}"

with DAG(
    dag_id="clubcall_nightly",
    description="Segments, invitations and call lists of the night",
    schedule="30 2 * * *",
    start_date=pendulum.datetime(2026, 11, 1, tz=ZONE),
    catchup=False,
    # A run starts from the newest run of an earlier date: one after the other.
    max_active_runs=1,
    tags=["clubcall"],
):
    BashOperator(
        task_id="run",
        bash_command=(
            "clubcall run /etc/clubcall/nightly.toml"
            f" --out /var/lib/clubcall --as-of {AS_OF} --log json"
        ),
        # Trying again is safe: a night that is already published ends with 0.
        # It helps when an input is late (66) or another run holds the lock (75).
        retries=6,
        retry_delay=timedelta(minutes=15),
        execution_timeout=timedelta(hours=4),
        # No exit code of clubcall means "skip": even after 75 the tasks that
        # import the lists must wait for a published night.
        skip_on_exit_code=None,
    )
