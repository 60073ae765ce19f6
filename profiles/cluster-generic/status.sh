#!/bin/sh
# Says of a PBS job, for Snakemake: running, success or failed.
told=$(qstat -xf "$1") || { echo running; exit; } # a scheduler that is busy is asked again
case "$told" in
*"job_state = F"*)
  case "$told" in
  *"Exit_status = 0"*) echo success ;;
  *) echo failed ;;
  esac
  ;;
*) echo running ;;
esac
