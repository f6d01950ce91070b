# shellcheck shell=bash
# What every command in this folder begins with: strict mode, the clone's folder, the parts.
set -euo pipefail
trap 'exit 130' INT
trap 'exit 143' TERM

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
readonly root
# shellcheck source=scripts/lib/say.sh
source "$root/scripts/lib/say.sh"
# shellcheck source=scripts/lib/python.sh
source "$root/scripts/lib/python.sh"
# shellcheck source=scripts/lib/llama.sh
source "$root/scripts/lib/llama.sh"
# shellcheck source=scripts/lib/environment.sh
source "$root/scripts/lib/environment.sh"
