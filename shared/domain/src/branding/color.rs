//! Colors as `#rrggbb`, and whether dark or light letters are read better on them.

/// Red, green and blue.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Color {
    red: u8,
    green: u8,
    blue: u8,
}

impl Color {
    /// From `#rrggbb`; nothing else is a color, so that nothing else can reach a style sheet.
    pub fn parse(text: &str) -> Option<Self> {
        let hex = text.strip_prefix('#').filter(|hex| hex.len() == 6)?;
        let known = hex.bytes().all(|b| b.is_ascii_hexdigit());
        let all = known.then(|| u32::from_str_radix(hex, 16).ok()).flatten()?;
        let [_, red, green, blue] = all.to_be_bytes();
        Some(Self { red, green, blue })
    }

    /// `#rrggbb`, in lower case.
    pub fn text(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }

    /// How much lighter letters on it must be, or darker: the contrast to white, as WCAG 2.2 counts it, from 1 to 21.
    pub fn contrast_to_white(self) -> f64 {
        1.05 / (self.luminance() + 0.05)
    }

    /// Whether dark letters are read better on it: `#10131a` rather than white.
    pub fn is_light(self) -> bool {
        let dark = 0.0065;
        (self.luminance() + 0.05) / (dark + 0.05) > self.contrast_to_white()
    }

    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let share = f64::from(channel) / 255.0;
            if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.red) + 0.7152 * linear(self.green) + 0.0722 * linear(self.blue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_six_digits_are_a_color() {
        let rows = [
            ("#1a2B3c", Some("#1a2b3c")),
            ("red", None),
            ("#12345", None),
            ("#1234567", None),
            ("#12345g", None),
            ("#+12345", None),
            ("#123456}body{display:none", None),
            ("#é1234", None),
        ];
        for (text, want) in rows {
            assert_eq!(Color::parse(text).map(Color::text).as_deref(), want, "{text}");
        }
    }

    #[test]
    fn letters_on_a_color_can_be_read() {
        let rows = [
            ("#ffffff", true),
            ("#000000", false),
            ("#ffd400", true),
            ("#2446c8", false),
            ("#00695c", false),
        ];
        for (text, light) in rows {
            assert_eq!(Color::parse(text).unwrap().is_light(), light, "{text}");
        }
    }
}
