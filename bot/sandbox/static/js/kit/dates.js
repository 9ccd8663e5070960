// Slack's date formats, in the reader's time zone; "{ago}" goes on counting while the page is open.

const DAY = 86_400_000;
const part = (moment, zone, options) => new Intl.DateTimeFormat("en-US", { timeZone: zone, ...options }).format(moment);
const dayOf = (moment, zone) => part(moment, zone, { year: "numeric", month: "2-digit", day: "2-digit" });

function pretty(moment, zone, now, otherwise) {
  for (const [word, away] of [["Today", 0], ["Yesterday", -DAY], ["Tomorrow", DAY]]) {
    if (dayOf(moment, zone) === dayOf(new Date(now.getTime() + away), zone)) return word;
  }
  return otherwise;
}

function ago(moment, now) {
  const seconds = Math.round((now - moment) / 1000);
  const size = Math.abs(seconds);
  const steps = [[60, 1, "second"], [3600, 60, "minute"], [86_400, 3600, "hour"], [2_592_000, 86_400, "day"], [31_536_000, 2_592_000, "month"], [Infinity, 31_536_000, "year"]];
  if (size < 45) return seconds >= 0 ? "just now" : "in a moment";
  const [, unit, word] = steps.find(([limit]) => size < limit);
  const count = Math.round(size / unit);
  const words = `${count} ${word}${count === 1 ? "" : "s"}`;
  return seconds >= 0 ? `${words} ago` : `in ${words}`;
}

const TOKENS = {
  date_num: (m, z) => part(m, z, { year: "numeric", month: "2-digit", day: "2-digit" }).replace(/(\d+)\/(\d+)\/(\d+)/, "$3-$1-$2"),
  date_slash: (m, z) => part(m, z, { year: "numeric", month: "2-digit", day: "2-digit" }),
  date: (m, z) => part(m, z, { year: "numeric", month: "long", day: "numeric" }),
  date_short: (m, z) => part(m, z, { year: "numeric", month: "short", day: "numeric" }),
  date_long: (m, z) => part(m, z, { weekday: "long", year: "numeric", month: "long", day: "numeric" }),
  date_long_full: (m, z) => part(m, z, { weekday: "long", year: "numeric", month: "long", day: "numeric" }),
  day_divider_pretty: (m, z, now) => pretty(m, z, now, part(m, z, { weekday: "long", month: "long", day: "numeric" })),
  time: (m, z) => part(m, z, { hour: "numeric", minute: "2-digit" }),
  time_secs: (m, z) => part(m, z, { hour: "numeric", minute: "2-digit", second: "2-digit" }),
  ago: (m, z, now) => ago(m, now),
};
for (const name of ["date", "date_short", "date_long"]) {
  TOKENS[`${name}_pretty`] = (m, z, now) => pretty(m, z, now, TOKENS[name](m, z));
}

/** A timestamp in seconds as one of Slack's formats says. */
export function slackDate(timestamp, format, zone, now = new Date()) {
  const moment = new Date(timestamp * 1000);
  return format.replace(/\{(\w+)\}/g, (all, token) => TOKENS[token]?.(moment, zone, now) ?? all);
}

/** Counts on every "{ago}" under `root`. */
export function keepCounting(root) {
  setInterval(() => {
    for (const node of root.querySelectorAll("time[data-format*='{']")) {
      const words = slackDate(Number(node.dataset.timestamp), node.dataset.format, node.dataset.zone);
      if (node.textContent !== words) node.textContent = words;
    }
  }, 15_000);
}

/** A `time` element that keeps itself right. */
export function dateNode(timestamp, format, zone, fallback = "") {
  const node = document.createElement("time");
  const moment = new Date(timestamp * 1000);
  node.dateTime = moment.toISOString();
  Object.assign(node.dataset, { timestamp, format, zone });
  node.title = slackDate(timestamp, "{date_long} at {time_secs}", zone) || fallback;
  node.textContent = slackDate(timestamp, format, zone) || fallback;
  return node;
}
