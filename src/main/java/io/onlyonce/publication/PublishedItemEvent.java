package io.onlyonce.publication;

import org.springframework.context.PayloadApplicationEvent;
import org.springframework.core.ResolvableType;

/** What Spring would make of a {@link PublishedItem}, with a type that need not be worked out for each of them. */
final class PublishedItemEvent extends PayloadApplicationEvent<PublishedItem> {

    private static final long serialVersionUID = 1L;

    private static final ResolvableType TYPE =
            ResolvableType.forClassWithGenerics(PayloadApplicationEvent.class, PublishedItem.TYPE);

    PublishedItemEvent(Object source, PublishedItem item) {
        super(source, item, PublishedItem.TYPE);
    }

    @Override
    public ResolvableType getResolvableType() {
        return TYPE;
    }
}
