package dev.photocredits.ledger.contract;

import dev.photocredits.credits.Ledger;
import dev.photocredits.generation.Generations;

/** The contract that every {@link Ledger} and its {@link Generations} must satisfy, by subject. */
public interface LedgerContract
    extends UsersContract,
        PurchasesContract,
        ReversalsContract,
        PromotionsContract,
        ExpiryContract,
        RefundedLotsContract,
        ReversedLotsContract,
        AdjustmentsContract,
        HoldsContract,
        FinishesContract,
        PicturesContract,
        IdempotencyContract,
        LimitsContract,
        WaitSlotsContract,
        ListsContract {}
