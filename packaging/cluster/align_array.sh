#!/bin/bash
# Align on a SLURM cluster, a shard a task. Say twice how many there are:
#
#   sbatch --array=1-64 align_array.sh 64 aligned recordings --jobs 2
#
# stands for 'finchsync align recordings --jobs 2' and leaves aligned/part.1.csv to part.64.csv.
# When all are done:
#
#   finchsync merge aligned/part.*.csv --out aligned/all.csv
#
# Given again, it leaves out shards that are done and goes on with those that were stopped;
# 'sbatch --array=3,7 ...' does so for these alone.
#SBATCH --job-name=finchsync
#SBATCH --cpus-per-task=2
#SBATCH --mem=4G
#SBATCH --time=12:00:00
set -eu

if [ $# -lt 3 ]; then
    echo "usage: sbatch --array=1-N align_array.sh N FOLDER ARGUMENTS OF 'finchsync align'" >&2
    exit 2
fi
number=${SLURM_ARRAY_TASK_ID:?"submit it with sbatch --array=1-$1"}
of=$1
out=$2/part.$number.csv
shift 2

mkdir -p "$(dirname "$out")"
code=0
finchsync align "$@" --shard "$number/$of" --out "$out" --existing skip || code=$?
# Recordings that failed are named in the list beside the table, and by the merge.
if [ "$code" -eq 1 ]; then
    exit 0
fi
exit "$code"
