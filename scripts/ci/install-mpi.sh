#!/usr/bin/env bash
# Installs Open MPI and MPICH for the tests of a cluster, where it may: as root on Debian or Ubuntu.
# Tests that need a launcher which is not there say so, so this never fails the run.
set -u

has() { command -v "$1" > /dev/null; }

if has mpirun.openmpi && has mpirun.mpich; then exit 0; fi
if [ "$(id -u)" != 0 ] || ! has apt-get; then
  echo 'Open MPI or MPICH is missing, and this user cannot install it: apt-get install openmpi-bin mpich'
  exit 0
fi
export DEBIAN_FRONTEND=noninteractive
# A mirror that does not answer must not hold up the run.
options=(-o Acquire::Retries=1 -o Acquire::http::Timeout=30 -o DPkg::Lock::Timeout=60)
timeout 120 apt-get "${options[@]}" -q update &&
  timeout 480 apt-get "${options[@]}" -q install -y --no-install-recommends openmpi-bin mpich ||
  echo 'Open MPI and MPICH could not be installed; their tests are left out.'
exit 0
