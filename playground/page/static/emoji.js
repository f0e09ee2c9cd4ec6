// The emoji names that an app is likely to use. Other names stay as text.

const NAMES = `
+1 👍|thumbsup 👍|-1 👎|thumbsdown 👎|wave 👋|clap 👏|pray 🙏|muscle 💪|raised_hands 🙌|ok_hand 👌|point_right 👉|point_down 👇
smile 😄|slightly_smiling_face 🙂|grinning 😀|joy 😂|thinking_face 🤔|thinking 🤔|cry 😢|sweat_smile 😅|eyes 👀|sunglasses 😎|robot_face 🤖
tada 🎉|sparkles ✨|star ⭐|star2 🌟|fire 🔥|rocket 🚀|zap ⚡|bulb 💡|boom 💥|100 💯|trophy 🏆|medal 🏅|first_place_medal 🥇
second_place_medal 🥈|third_place_medal 🥉|heart ❤️|green_heart 💚|crown 👑|gift 🎁|gem 💎
white_check_mark ✅|heavy_check_mark ✔️|x ❌|warning ⚠️|no_entry ⛔|no_entry_sign 🚫|question ❓|grey_question ❔|exclamation ❗
information_source ℹ️|rotating_light 🚨|construction 🚧|hourglass ⌛|hourglass_flowing_sand ⏳|stopwatch ⏱️|alarm_clock ⏰|clock1 🕐
red_circle 🔴|large_orange_circle 🟠|large_yellow_circle 🟡|large_green_circle 🟢|large_blue_circle 🔵|white_circle ⚪|black_circle ⚫
large_green_square 🟩|large_yellow_square 🟨|large_red_square 🟥
moneybag 💰|money_with_wings 💸|dollar 💵|credit_card 💳|receipt 🧾|chart 💹|bar_chart 📊|chart_with_upwards_trend 📈
chart_with_downwards_trend 📉|abacus 🧮|scales ⚖️|bank 🏦|coin 🪙
memo 📝|pencil ✏️|pencil2 ✏️|page_facing_up 📄|clipboard 📋|file_folder 📁|open_file_folder 📂|card_index_dividers 🗂️|paperclip 📎
pushpin 📌|bookmark 🔖|link 🔗|mag 🔍|mag_right 🔎|lock 🔒|unlock 🔓|key 🔑|gear ⚙️|wrench 🔧|hammer_and_wrench 🛠️|package 📦
calendar 📅|date 📅|spiral_calendar_pad 🗓️|bell 🔔|mega 📣|speech_balloon 💬|email 📧|inbox_tray 📥|outbox_tray 📤
floppy_disk 💾|computer 💻|desktop_computer 🖥️|cloud ☁️|electric_plug 🔌|battery 🔋|globe_with_meridians 🌐|earth_africa 🌍
arrow_right ➡️|arrow_left ⬅️|arrow_up ⬆️|arrow_down ⬇️|arrows_counterclockwise 🔄|repeat 🔁|recycle ♻️|heavy_plus_sign ➕
heavy_minus_sign ➖|small_blue_diamond 🔹|small_orange_diamond 🔸|black_small_square ▪️|seedling 🌱|test_tube 🧪|brain 🧠|dart 🎯|new 🆕`;

const EMOJI = new Map(
  NAMES.trim()
    .split(/[|\n]/)
    .map((pair) => pair.trim().split(" ")),
);

/** Returns an emoji's character, or `:name:` for an unknown name. Skin tones are ignored. */
export const emoji = (name) => EMOJI.get(String(name).split("::")[0]) ?? `:${name}:`;

export const replaceEmoji = (text) =>
  String(text).replace(/:([a-z0-9_+'-]+):/g, (whole, name) => EMOJI.get(name) ?? whole);
