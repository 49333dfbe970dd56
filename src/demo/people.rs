//! Who is in the demo: staff with a role each, and applicants named after scholars of other centuries.

use crate::access::Role;

/// Where every demo address ends: a name that no mail server will ever have (RFC 2606).
pub const DOMAIN: &str = "demo.test";

/// Somebody who works in the console.
#[derive(Clone, Copy, Debug)]
pub struct Staff {
    pub local: &'static str,
    pub name: &'static str,
    pub role: Role,
    /// What the role is for, in a few words.
    pub task: &'static str,
}

impl Staff {
    #[must_use]
    pub fn address(&self) -> String {
        format!("{}@{DOMAIN}", self.local)
    }
}

/// The staff, in the order they are printed.
pub const STAFF: &[Staff] = &[
    Staff { local: "operator", name: "Charles Babbage", role: Role::Operator, task: "everything" },
    Staff {
        local: "admin",
        name: "Florence Nightingale",
        role: Role::Admin,
        task: "everything but the instance",
    },
    Staff { local: "analyst", name: "William Farr", role: Role::Analyst, task: "audit and health" },
    Staff { local: "reviewer", name: "Mary Somerville", role: Role::Reviewer, task: "decides on documents" },
    Staff {
        local: "reviewer2",
        name: "Caroline Herschel",
        role: Role::Reviewer,
        task: "the same, for two at once",
    },
    Staff { local: "support", name: "Annie Maunder", role: Role::Support, task: "the email log" },
];

/// Somebody who registered.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    /// As typed in the form, in any script.
    pub name: &'static str,
    /// As documents have it, in Latin letters.
    pub family: &'static str,
    pub given: &'static str,
    /// ISO 3166-1 code of the country that issued the document.
    pub country: &'static str,
}

const fn person(
    name: &'static str,
    family: &'static str,
    given: &'static str,
    country: &'static str,
) -> Person {
    Person { name, family, given, country }
}

/// The address of the applicant at `index`, counted from 0.
#[must_use]
pub fn member_address(index: usize) -> String {
    format!("member{}@{DOMAIN}", index + 1)
}

/// The applicants: `member1` is the first.
pub const APPLICANTS: &[Person] = &[
    person("Ada Lovelace", "Lovelace", "Ada", "GB"),
    person("Emmy Noether", "Noether", "Emmy", "DE"),
    person("محمد بن موسى الخوارزمي", "Al-Khwarizmi", "Muhammad ibn Musa", "UZ"),
    person("Софья Ковалевская", "Kovalevskaya", "Sofya", "RU"),
    person("高木 貞治", "Takagi", "Teiji", "JP"),
    person("Évariste Galois", "Galois", "Evariste", "FR"),
    person("Srinivasa Ramanujan", "Ramanujan", "Srinivasa", "IN"),
    person("Maria Gaetana Agnesi", "Agnesi", "Maria Gaetana", "IT"),
    person("Niels Henrik Abel", "Abel", "Niels Henrik", "NO"),
    person("祖冲之", "Zu", "Chongzhi", "CN"),
    person("Sophie Germain", "Germain", "Sophie", "FR"),
    person("Bernhard Riemann", "Riemann", "Bernhard", "DE"),
    person("Ὑπατία ἡ Ἀλεξανδρίνη", "Alexandrini", "Hypatia", "GR"),
    person("Ludwig Boltzmann", "Boltzmann", "Ludwig", "AT"),
    person("Tycho Brahe", "Brahe", "Tycho", "DK"),
    person("Mikołaj Kopernik", "Kopernik", "Mikolaj", "PL"),
    person("Giuseppe Peano", "Peano", "Giuseppe", "IT"),
    person("Anders Celsius", "Celsius", "Anders", "SE"),
    person("Carl Friedrich Gauß", "Gauss", "Carl Friedrich", "DE"),
    person("Leonhard Euler", "Euler", "Leonhard", "CH"),
    person("Pierre-Simon de Laplace", "de Laplace", "Pierre-Simon", "FR"),
    person("王贞仪", "Wang", "Zhenyi", "CN"),
    person("関 孝和", "Seki", "Takakazu", "JP"),
    person("장영실", "Jang", "Yeong-sil", "KR"),
    person("Christiaan Huygens", "Huygens", "Christiaan", "NL"),
    person("William Rowan Hamilton", "Hamilton", "William Rowan", "IE"),
    person("George Boole", "Boole", "George", "IE"),
    person(
        "Gabrielle-Émilie Le Tonnelier de Breteuil, marquise du Châtelet",
        "Le Tonnelier de Breteuil du Chatelet",
        "Gabrielle-Emilie",
        "FR",
    ),
    person("Maria Mitchell", "Mitchell", "Maria", "US"),
    person("عمر خیام", "Khayyam", "Omar", "IR"),
    person("Николай Лобачевский", "Lobachevsky", "Nikolai", "RU"),
    person("Михайло Остроградський", "Ostrohradskyi", "Mykhailo", "UA"),
    person("Bernard Bolzano", "Bolzano", "Bernard", "CZ"),
    person("Bolyai János", "Bolyai", "Janos", "HU"),
    person("Ruđer Bošković", "Boskovic", "Ruder", "HR"),
    person("Jurij Vega", "Vega", "Jurij", "SI"),
    person("Pedro Nunes", "Nunes", "Pedro", "PT"),
    person("Juana Inés de la Cruz", "de la Cruz", "Juana Ines", "MX"),
    person("Simon Stevin", "Stevin", "Simon", "BE"),
    person("आर्यभट", "Aryabhata", "Kusumapura", "IN"),
    person("Maria Sibylla Merian", "Merian", "Maria Sibylla", "DE"),
    person("Antonie van Leeuwenhoek", "van Leeuwenhoek", "Antonie", "NL"),
    person("Blaise Pascal", "Pascal", "Blaise", "FR"),
    person("Marin Mersenne", "Mersenne", "Marin", "FR"),
    person("Elena Lucrezia Cornaro Piscopia", "Cornaro Piscopia", "Elena Lucrezia", "IT"),
    person("Laura Bassi", "Bassi", "Laura", "IT"),
    person("Nicole-Reine Lepaute", "Lepaute", "Nicole-Reine", "FR"),
    person("Mirzo Ulugʻbek", "Ulugbek", "Mirzo", "UZ"),
    person("Takiyüddin er-Râsıd", "Takiyuddin", "Mehmet", "TR"),
    person("Lương Thế Vinh", "Luong", "The Vinh", "VN"),
    person("Gottfried Wilhelm Leibniz", "Leibniz", "Gottfried Wilhelm", "DE"),
    person("Benjamin Banneker", "Banneker", "Benjamin", "US"),
    person("לוי בן גרשון", "Ben Gershon", "Levi", "IL"),
    person("Agnes Mary Clerke", "Clerke", "Agnes Mary", "IE"),
    person("Ole Rømer", "Romer", "Ole", "DK"),
    person("Joseph-Louis Lagrange", "Lagrange", "Joseph-Louis", "FR"),
    person("Johannes Kepler", "Kepler", "Johannes", "AT"),
    person("Jeanne Baret", "Baret", "Jeanne", "FR"),
    person("Daniel Bernoulli", "Bernoulli", "Daniel", "CH"),
    person("Henrietta Swan Leavitt", "Leavitt", "Henrietta Swan", "US"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::documents::Country;
    use crate::mail::{DisplayName, EmailAddress};

    #[test]
    fn there_are_sixty_applicants_and_no_name_stands_twice() {
        let names: BTreeSet<&str> = APPLICANTS.iter().map(|person| person.name).collect();
        assert_eq!((APPLICANTS.len(), names.len()), (60, 60));
    }

    #[test]
    fn every_name_address_and_country_is_one_the_forms_take() {
        for (index, person) in APPLICANTS.iter().enumerate() {
            assert!(DisplayName::parse(person.name).is_ok(), "{person:?}");
            assert!(EmailAddress::parse(&member_address(index)).is_ok());
            assert!(Country::parse(person.country).is_some(), "{person:?}");
        }
    }

    #[test]
    fn documents_can_show_every_name() {
        for person in APPLICANTS {
            let latin = format!("{} {}", person.given, person.family);
            assert!(latin.is_ascii() && latin.chars().count() <= 60, "{latin}");
        }
    }
}
