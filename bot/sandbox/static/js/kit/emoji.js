// Slack's emoji names as unicode glyphs: those a practice's bot and its people are likely to use.

const GLYPHS = {
  large_blue_circle: "🔵", blue_circle: "🔵", large_yellow_circle: "🟡", red_circle: "🔴", white_circle: "⚪", black_circle: "⚫",
  large_green_circle: "🟢", large_orange_circle: "🟠", large_purple_circle: "🟣", large_brown_circle: "🟤",
  white_check_mark: "✅", heavy_check_mark: "✔️", ballot_box_with_check: "☑️", x: "❌", negative_squared_cross_mark: "❎",
  warning: "⚠️", rotating_light: "🚨", alarm_clock: "⏰", hourglass_flowing_sand: "⏳", hourglass: "⌛", stopwatch: "⏱️",
  arrow_right: "➡️", arrow_left: "⬅️", arrow_up: "⬆️", arrow_down: "⬇️", leftwards_arrow_with_hook: "↩️",
  arrow_right_hook: "↪️", arrows_counterclockwise: "🔄", lock: "🔒", unlock: "🔓", closed_lock_with_key: "🔐", key: "🔑",
  zzz: "💤", bell: "🔔", no_bell: "🔕", speech_balloon: "💬", memo: "📝", pencil: "📝", pencil2: "✏️", clipboard: "📋",
  pill: "💊", syringe: "💉", hospital: "🏥", stethoscope: "🩺", thermometer: "🌡️", face_with_thermometer: "🤒", ambulance: "🚑",
  calendar: "📆", date: "📅", spiral_calendar_pad: "🗓️", telephone_receiver: "📞", phone: "☎️", email: "📧", envelope: "✉️",
  incoming_envelope: "📨", inbox_tray: "📥", outbox_tray: "📤", paperclip: "📎", page_facing_up: "📄", file_folder: "📁",
  camera: "📷", frame_with_picture: "🖼️", mag: "🔍", gear: "⚙️", wrench: "🔧", bar_chart: "📊", chart_with_upwards_trend: "📈",
  information_source: "ℹ️", question: "❓", grey_question: "❔", exclamation: "❗", grey_exclamation: "❕", bangbang: "‼️",
  no_entry: "⛔", no_entry_sign: "🚫", octagonal_sign: "🛑", construction: "🚧", shield: "🛡️", credit_card: "💳",
  busts_in_silhouette: "👥", bust_in_silhouette: "👤", eyes: "👀", wave: "👋", raised_hand: "✋", pray: "🙏", "+1": "👍",
  thumbsup: "👍", "-1": "👎", ok_hand: "👌", clap: "👏", point_right: "👉", point_down: "👇", baby: "👶", child: "🧒",
  family: "👪", smile: "😄", slightly_smiling_face: "🙂", grinning: "😀", heart: "❤️", tada: "🎉", sparkles: "✨", star: "⭐",
  sunny: "☀️", sunrise: "🌅", coffee: "☕", house: "🏠", link: "🔗", round_pushpin: "📍", pushpin: "📌", label: "🏷️",
  new: "🆕", sos: "🆘", recycle: "♻️", repeat: "🔁", fast_forward: "⏩", double_vertical_bar: "⏸️", play_or_pause_button: "⏯️",
  small_blue_diamond: "🔹", small_orange_diamond: "🔸", black_small_square: "▪️", white_small_square: "▫️", wastebasket: "🗑️",
  school: "🏫", shield_with_check: "🛡️", robot_face: "🤖", hugging_face: "🤗", cry: "😢", sneezing_face: "🤧", bookmark: "🔖",
};

/** The glyph of a name, or the name between colons where it is not known. */
export const glyph = (name) => GLYPHS[name] ?? `:${name}:`;

/** Text with `:names:` replaced by glyphs. */
export const withGlyphs = (text) => text.replace(/:([a-z0-9_+-]+):/g, (all, name) => GLYPHS[name] ?? all);

export const emojiNames = () => Object.keys(GLYPHS);
