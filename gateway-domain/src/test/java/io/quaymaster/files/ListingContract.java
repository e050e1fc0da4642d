package io.quaymaster.files;

import static io.quaymaster.files.FileStoreFixture.fails;
import static io.quaymaster.files.FileStoreFixture.key;
import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileStore.Access;
import io.quaymaster.files.FileStore.Measure;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What every store says of a directory: its entries, and what lies below. */
public interface ListingContract extends FileStoreFixture {
  @Test
  default void listsEachEntryOnceWithItsAttributes() throws Exception {
    makeDirectory("d");
    put("d/f", "four");
    makeDirectory("d/sub");
    put("d/sub/hidden", "");
    for (Listing.Entry entry : entries("d")) {
      StoreKey key = key("d").child(entry.name());
      assertThat(entry.attributes()).isEqualTo(store().attributes(key));
    }
    assertThat(names("d")).containsExactly("f", "sub");
    assertThat(names("")).containsExactly("d");
  }

  @Test
  default void listsMany() throws Exception {
    makeDirectory("big");
    TreeSet<String> expected = new TreeSet<>();
    int many = manyEntries();
    for (int i = 0; i < many; i++) {
      String name = "file number " + i;
      store().create(key("big/" + name), Access.WRITE, 0644).close();
      expected.add(name);
    }
    List<String> listed = names("big");
    assertThat(listed).hasSize(many);
    assertThat(new TreeSet<>(listed)).isEqualTo(expected);
    assertThat(store().measure(key("big"))).isEqualTo(new Measure(0, many, false));
  }

  @Test
  default void aListingToleratesWhatVanishes() throws Exception {
    int entries = Math.min(500, manyEntries());
    for (int i = 0; i < entries; i++) {
      put("f" + i, "");
    }
    List<String> afterwards = new ArrayList<>();
    try (Listing listing = store().list(StoreKey.ROOT)) {
      assertThat(listing.next()).isNotNull();
      for (int i = 0; i < entries; i++) {
        store().remove(key("f" + i));
      }
      for (Listing.@Nullable Entry e = listing.next(); e != null; e = listing.next()) {
        afterwards.add(e.name().byteText());
      }
      assertThat(listing.next()).isNull();
    }
    assertThat(afterwards).hasSizeLessThanOrEqualTo(listsAhead()).doesNotHaveDuplicates();
  }

  @Test
  default void onlyAnEmptyDirectoryIsRemoved() throws Exception {
    makeDirectory("d");
    put("d/f", "");
    fails(() -> store().removeDirectory(key("d")), Kind.DIRECTORY_NOT_EMPTY);
    store().remove(key("d/f"));
    store().removeDirectory(key("d"));
    assertThat(exists("d")).isFalse();
  }

  @Test
  default void measuresWhatIsBelow() throws Exception {
    makeDirectory("d");
    makeDirectory("d/e");
    put("d/a", "12345");
    put("d/e/b", "123");
    put("other", "1234567");
    assertThat(store().measure(key("d"))).isEqualTo(new Measure(8, 2, false));
    assertThat(store().measure(StoreKey.ROOT)).isEqualTo(new Measure(15, 3, false));
    assertThat(store().measure(key("other"))).isEqualTo(new Measure(7, 1, false));
    fails(() -> store().measure(key("other/x")), Kind.NOT_A_DIRECTORY);
  }
}
