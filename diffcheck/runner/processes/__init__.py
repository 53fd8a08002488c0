"""The processes of a run: the `supervisor` stays and watches, in the `worker` the code of cases runs.

They tell each other `messages`. The code of cases is called by an `escort`, which says where the run is (`stage`) and
gives back what the code changes for everybody (`state`).
"""
