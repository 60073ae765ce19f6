#!/bin/sh
# Says of a PBS job, for Snakemake: running, success or failed.
told=$(qstat -xf "$1" 2>&1)
case "$told" in
*"job_state = F"*"Exit_status = 0"*) echo success ;;
*"job_state = F"* | *"Unknown Job"*) echo failed ;;
*) echo running ;; # also where the scheduler is too busy to say
esac
