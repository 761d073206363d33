/// A name with only its first letter: `王**`. The number of letters stays. A double surname shows its first letter.
#[must_use]
pub fn mask_name(name: &str) -> String {
    let name = name.trim();
    name.chars().take(1).chain(name.chars().skip(1).map(|_| '*')).collect()
}

/// A phone number with its middle hidden: `138****5678`. One too short for that (fewer than eight digits) shows its
/// last two digits at most.
#[must_use]
pub fn mask_phone(phone: &str) -> String {
    let digits: Vec<char> = phone.chars().filter(|letter| letter.is_ascii_digit()).collect();
    let (head, tail) = if digits.len() >= 8 {
        (digits.len() - 8, 4)
    } else {
        (0, digits.len().min(4) / 2)
    };
    let (head, tail) = (head.min(3), tail);
    let hidden = digits.len() - head - tail;
    digits[..head]
        .iter()
        .copied()
        .chain("*".repeat(hidden).chars())
        .chain(digits[digits.len() - tail..].iter().copied())
        .collect()
}

/// An identity number with its first and last four characters: the birth date is hidden. Outside the street
/// (`outside`) only the first and the last show, for the last four tell the sex.
#[must_use]
pub fn mask_id_number(number: &str, outside: bool) -> String {
    let letters: Vec<char> = number.trim().chars().collect();
    let keep = if outside { 1 } else { 4 };
    if letters.len() <= 2 * keep {
        return "*".repeat(letters.len());
    }
    let hidden = letters.len() - 2 * keep;
    letters[..keep]
        .iter()
        .copied()
        .chain("*".repeat(hidden).chars())
        .chain(letters[letters.len() - keep..].iter().copied())
        .collect()
}

/// A door is shown as its building.
#[must_use]
pub fn mask_door(estate: &str, building: &str) -> String {
    format!("{estate}{building}")
}
