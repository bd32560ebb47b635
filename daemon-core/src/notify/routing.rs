//! Which channel is to be given an event now, and when an event is finished (PROTOCOL.md
//! section 10): INFO and WARNING go to one channel after the other until one takes them,
//! CRITICAL to every one. An event for one channel alone is no other's. Pure.

use super::event::Level;

/// What became of an event on a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It has not been taken yet.
    Waiting,
    /// It has been taken.
    Accepted,
    /// There was nobody to tell.
    NoRecipient,
    /// The channel was given up for this event.
    Dead,
    /// The event is for another channel alone.
    Apart,
}

/// A channel as an event sees it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seat {
    /// What became of the event here.
    pub(super) standing: Standing,
    /// The event's own pause on this channel is over, and the channel is not held.
    pub(super) due: bool,
    /// The channel would reach somebody soon.
    pub(super) ready: bool,
}

/// Whether an event is to be given to the channel at `me` now; seats stand in the order of
/// priority.
pub(super) fn is_mine(level: Level, seats: &[Seat], me: usize) -> bool {
    let mine = &seats[me];
    if mine.standing != Standing::Waiting || !mine.due {
        return false;
    }
    if level == Level::Critical {
        return true;
    }
    let can_take = |seat: &Seat| seat.standing == Standing::Waiting && seat.due && seat.ready;
    if seats.iter().any(|seat| seat.standing == Standing::Accepted) {
        return false;
    }
    if mine.ready {
        return !seats[..me].iter().any(can_take);
    }
    // Not ready, but its queue is better than nothing.
    let left = |(place, seat): (usize, &Seat)| {
        seat.standing == Standing::Waiting && (seat.ready || place < me)
    };
    !seats.iter().enumerate().any(left)
}

/// How an event ends, or that it has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// A channel still has to take it.
    Open,
    /// It was told, or there was nobody to tell.
    Done,
    /// No channel took it.
    Dead,
}

/// Whether an event is finished.
pub(super) fn end(level: Level, standings: &[Standing]) -> End {
    let accepted = standings.contains(&Standing::Accepted);
    let waiting = standings.contains(&Standing::Waiting);
    if accepted && (level != Level::Critical || !waiting) {
        return End::Done;
    }
    if waiting {
        End::Open
    } else if standings.contains(&Standing::Dead) {
        End::Dead
    } else {
        End::Done
    }
}

#[cfg(test)]
mod tests {
    use super::Standing::{Accepted, Apart, Dead, NoRecipient, Waiting};
    use super::*;

    const READY: Seat = Seat {
        standing: Waiting,
        due: true,
        ready: true,
    };
    const PAUSED: Seat = Seat {
        due: false,
        ..READY
    };
    const AWAY: Seat = Seat {
        ready: false,
        ..READY
    };

    const fn settled(standing: Standing) -> Seat {
        Seat { standing, ..READY }
    }

    fn takers(level: Level, seats: &[Seat]) -> Vec<usize> {
        (0..seats.len())
            .filter(|me| is_mine(level, seats, *me))
            .collect()
    }

    #[test]
    fn info_goes_to_the_first_that_can_take_it() {
        let cases: [(&[Seat], &[usize]); 9] = [
            (&[READY, READY, READY], &[0]),
            (&[PAUSED, READY, READY], &[1]),
            (&[AWAY, READY, READY], &[1]),
            (&[AWAY, PAUSED, PAUSED], &[]),
            (&[AWAY, settled(Dead), settled(NoRecipient)], &[0]),
            (&[AWAY, AWAY], &[0]),
            (&[AWAY], &[0]),
            (&[settled(NoRecipient), READY, READY], &[1]),
            (&[settled(Accepted), READY, READY], &[]),
        ];
        for (seats, expected) in cases {
            assert_eq!(takers(Level::Info, seats), expected, "{seats:?}");
            assert_eq!(takers(Level::Warning, seats), expected, "{seats:?}");
        }
    }

    #[test]
    fn critical_goes_to_everyone_who_has_not_had_it() {
        assert_eq!(takers(Level::Critical, &[AWAY, READY, PAUSED]), [0, 1]);
        assert_eq!(takers(Level::Critical, &[settled(Accepted), READY]), [1]);
        assert_eq!(takers(Level::Critical, &[settled(Dead), READY]), [1]);
    }

    #[test]
    fn an_event_for_one_channel_goes_there_and_nowhere_else_whatever_becomes_of_it() {
        let apart = settled(Apart);
        for level in [Level::Info, Level::Warning, Level::Critical] {
            assert_eq!(takers(level, &[apart, READY, apart]), [1]);
            assert_eq!(takers(level, &[apart, AWAY, apart]), [1]);
            for mine in [PAUSED, settled(Accepted), settled(Dead)] {
                assert_eq!(takers(level, &[apart, mine, apart]), Vec::<usize>::new());
            }
            let cases = [
                (Waiting, End::Open),
                (Accepted, End::Done),
                (NoRecipient, End::Done),
                (Dead, End::Dead),
            ];
            for (mine, expected) in cases {
                assert_eq!(end(level, &[Apart, mine, Apart]), expected, "{mine:?}");
            }
            assert_eq!(
                end(level, &[Apart, Apart]),
                End::Done,
                "its channel is gone"
            );
        }
    }

    #[test]
    fn an_event_ends_when_its_level_is_satisfied() {
        let cases: [(&[Standing], End, End); 8] = [
            (&[], End::Done, End::Done),
            (&[Waiting], End::Open, End::Open),
            (&[Accepted, Waiting], End::Done, End::Open),
            (&[Accepted, Dead], End::Done, End::Done),
            (&[NoRecipient, Waiting], End::Open, End::Open),
            (&[NoRecipient], End::Done, End::Done),
            (&[NoRecipient, Dead], End::Dead, End::Dead),
            (&[Dead, Dead], End::Dead, End::Dead),
        ];
        for (standings, info, critical) in cases {
            assert_eq!(end(Level::Info, standings), info, "{standings:?}");
            assert_eq!(end(Level::Critical, standings), critical, "{standings:?}");
        }
    }
}
