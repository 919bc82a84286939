//! What must hold of the queue.
//!
//! | file | about |
//! | --- | --- |
//! | `world` | a small world of calls, and what tests build it from |
//! | `invariants` | what holds of every queue, on random worlds |
//! | `policy` | who is kept out, and what goes before what |
//! | `history`, `promises` | what earlier contacts make of a case |
//! | `teams` | which team, which day, who answers for it, alerts |
//! | `events` | invitations by phone and reminders |
//! | `wording` | what is said |

mod events;
mod history;
mod invariants;
mod policy;
mod promises;
mod teams;
mod wording;
mod world;
