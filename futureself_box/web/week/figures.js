/** What the week's plots show of the box's stretches, and how each figure is said. */

/**
 * Ten minutes of the box; what is zero or unknown is left out.
 * @typedef {{ at: number } & Partial<Record<Name, number>>} Stretch
 *
 * @typedef {"answers" | "answers_failed" | "answers_at_once" | "first_words_usual_s" |
 *   "first_words_slow_s" | "gap_slow_s" | "model_ready" | "phones" | "box_memory_bytes" |
 *   "machine_memory_free_bytes" | "disk_free_bytes" | "cloud_waiting" | "jobs_given_up"} Name
 *
 * @typedef {object} Figure
 * @property {string} title
 * @property {string} about one sentence
 * @property {(stretch: Stretch) => number | undefined} of
 * @property {(value: number) => string} say
 * @property {number} least the smallest top of its scale
 */

const GB = 1e9;

/** @type {Figure[]} */
export const FIGURES = [
  {
    title: "First words, usually",
    about: "From a question to the first words of its answer; half of them came sooner.",
    of: (stretch) => stretch.first_words_usual_s,
    say: seconds,
    least: 1,
  },
  {
    title: "First words, the slowest",
    about: "One in twenty took longer than this.",
    of: (stretch) => stretch.first_words_slow_s,
    say: seconds,
    least: 1,
  },
  {
    title: "Pauses between words",
    about: "One in twenty was longer than this.",
    of: (stretch) => stretch.gap_slow_s,
    say: seconds,
    least: 0.2,
  },
  {
    title: "Answers at once",
    about: "The most that were asked for at the same time, waiting or coming.",
    of: ({ answers_at_once }) => answers_at_once,
    say: count,
    least: 2,
  },
  {
    title: "Answers that failed",
    about: "In ten minutes each.",
    of: ({ answers_failed = 0 }) => answers_failed,
    say: count,
    least: 2,
  },
  {
    title: "Model ready",
    about: "How much of the time it could answer.",
    of: ({ model_ready }) => model_ready,
    say: (share) => `${Math.round(share * 100)} %`,
    least: 1,
  },
  {
    title: "Devices connected",
    about: "The most at the same time.",
    of: ({ phones }) => phones,
    say: count,
    least: 2,
  },
  {
    title: "Memory that the box takes",
    about: "Without the model, which has a process of its own.",
    of: ({ box_memory_bytes }) => box_memory_bytes,
    say: bytes,
    least: 0.1 * GB,
  },
  {
    title: "Memory left on the machine",
    about: "What programs can still have.",
    of: ({ machine_memory_free_bytes }) => machine_memory_free_bytes,
    say: bytes,
    least: GB,
  },
  {
    title: "Disk space left",
    about: "Where the box keeps everything.",
    of: ({ disk_free_bytes }) => disk_free_bytes,
    say: bytes,
    least: GB,
  },
  {
    title: "Waiting for the cloud",
    about: "Versions that were not in the copies yet.",
    of: ({ cloud_waiting }) => cloud_waiting,
    say: count,
    least: 10,
  },
  {
    title: "Work given up",
    about: "Jobs, such as a backup, that failed many times.",
    of: ({ jobs_given_up }) => jobs_given_up,
    say: count,
    least: 2,
  },
];

/** @param {number} value */
function seconds(value) {
  return value < 1 ? `${Math.round(value * 1000)} ms` : `${value.toFixed(1)} s`;
}

/** @param {number} value */
function count(value) {
  return `${Math.round(value)}`;
}

/** @param {number} value */
function bytes(value) {
  return value < GB ? `${Math.round(value / 1e6)} MB` : `${(value / GB).toFixed(1)} GB`;
}
