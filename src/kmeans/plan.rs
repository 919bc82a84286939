//! Decides when bounds pay.
//!
//! Writing keys costs a third of a pass, and spares nothing while centres still
//! run: a pass over all rows in their order is fast, for it reads the matrix as
//! memory likes it. So keys are written once few rows change cluster. The next
//! pass tells how many rows they spare; if these are few, bounds rest for a
//! while, longer each time.

/// Keys are tried when fewer than one row in so many changes cluster. About
/// thirty rows are not safe for each that changes.
const CHANGING: usize = 100;

/// Keys pay when at least one row in so many is spared.
const SPARED: usize = 2;

/// Whether bounds are used; `Never` and `Always` are what tests compare with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Sparing {
    WherePays,
    #[cfg(test)]
    Never,
    #[cfg(test)]
    Always,
}

/// How a pass over the rows goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Pass {
    /// Every row, no keys.
    Plain,
    /// Every row; keys are written.
    Keyed,
    /// Only rows that are not safe; keys are written.
    Sparing,
}

/// What the passes so far have told.
#[derive(Debug)]
pub(super) struct Plan {
    sparing: Sparing,
    rest: u32,
    next_rest: u32,
    /// Whether few rows changed cluster in the last pass.
    settling: bool,
    /// Whether the last pass left keys.
    pub(super) keyed: bool,
}

impl Plan {
    pub(super) fn new(sparing: Sparing) -> Self {
        Self {
            sparing,
            rest: 0,
            next_rest: 1,
            settling: false,
            keyed: false,
        }
    }

    pub(super) fn next(&mut self) -> Pass {
        match self.sparing {
            #[cfg(test)]
            Sparing::Never => return Pass::Plain,
            #[cfg(test)]
            Sparing::Always => {}
            Sparing::WherePays if self.rest > 0 => {
                self.rest -= 1;
                return Pass::Plain;
            }
            Sparing::WherePays if !self.keyed && !self.settling => return Pass::Plain,
            Sparing::WherePays => {}
        }
        if self.keyed {
            Pass::Sparing
        } else {
            Pass::Keyed
        }
    }

    /// Learns from a pass over `rows` rows, of which some were looked at and some
    /// changed cluster.
    pub(super) fn learn(&mut self, pass: Pass, looked_at: usize, changed: usize, rows: usize) {
        self.settling = changed < rows / CHANGING;
        self.keyed = pass != Pass::Plain;
        let few_spared = pass == Pass::Sparing && looked_at > rows - rows / SPARED;
        if few_spared && self.sparing == Sparing::WherePays {
            self.keyed = false;
            self.rest = self.next_rest;
            self.next_rest = (self.next_rest * 2).min(8);
        }
    }
}
