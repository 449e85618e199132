//! Where people live: the hundred communes since September 2023, as common as their inhabitants.

use super::super::dice::Dice;
use super::super::names::one;

const STREETS: &str = "rue de la Gare, Grand-Rue, route de Luxembourg, rue de l'Église, rue Principale, op der Strooss, \
    rue des Champs, rue du Moulin, am Duerf, rue des Prés, an der Gaass, rue de l'École, route d'Esch, \
    rue Michel Rodange, um Bierg, cité Belle-Vue, rue du Château, rue des Tilleuls, hannert dem Dall, \
    boulevard J.-F. Kennedy, avenue de la Liberté, rue Edmond de la Fontaine, op der Heed, val des Aulnes";

/// The communes and how their inhabitants add up.
#[derive(Debug)]
pub(super) struct Communes {
    /// Code, name, inhabitants of this commune and of all before it.
    places: Vec<(&'static str, &'static str, usize)>,
}

/// Where a household lives.
#[derive(Debug)]
pub(super) struct Home {
    pub lau2: &'static str,
    pub commune: &'static str,
    pub address: String,
}

impl Communes {
    /// Those of the day on which the register was drawn up.
    pub(super) fn load() -> Self {
        let mut sum = 0;
        let places = dossier::communes::in_force(super::day()).map(|commune| {
            sum += commune
                .inhabitants
                .and_then(|count| usize::try_from(count).ok())
                .unwrap_or(0);
            (commune.code, commune.name, sum)
        });
        Self {
            places: places.collect(),
        }
    }

    /// A home somewhere.
    pub(super) fn home(&self, dice: &mut Dice) -> Home {
        let all = self.places.last().map_or(0, |place| place.2);
        let chosen = dice.below(all);
        let index = self.places.partition_point(|place| place.2 <= chosen);
        let (lau2, commune, _) = self.places.get(index).copied().unwrap_or_default();
        let address = format!("{} {}", 1 + dice.below(120), one(dice, STREETS));
        Home {
            lau2,
            commune,
            address,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_communes_by_size() {
        let communes = Communes::load();
        assert_eq!(communes.places.len(), 100);
        assert_eq!(communes.places.last().map(|place| place.2), Some(660_809));
        let dice = &mut Dice::new(1, "homes");
        let homes = (0..5000).map(|_| communes.home(dice));
        let capital = homes.filter(|home| home.commune == "Luxembourg").count();
        assert!((850..1150).contains(&capital), "{capital} of 5000");
    }
}
