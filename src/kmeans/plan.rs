//! Decides when bounds pay.
//!
//! Keys cost a little and spare nothing while centres still run. A first keyed
//! pass tells how many rows the next one spares; if these are few, bounds rest
//! for a while, longer each time.

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
    /// Whether the last pass left keys.
    pub(super) keyed: bool,
}

impl Plan {
    pub(super) fn new(sparing: Sparing) -> Self {
        Self {
            sparing,
            rest: 0,
            next_rest: 1,
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
            Sparing::WherePays => {}
        }
        if self.keyed {
            Pass::Sparing
        } else {
            Pass::Keyed
        }
    }

    pub(super) fn learn(&mut self, pass: Pass, looked_at: usize, rows: usize) {
        self.keyed = pass != Pass::Plain;
        let few_spared = pass == Pass::Sparing && looked_at > rows - rows / 8;
        if few_spared && self.sparing == Sparing::WherePays {
            self.keyed = false;
            self.rest = self.next_rest;
            self.next_rest = (self.next_rest * 2).min(8);
        }
    }
}
