namespace CM.Generators.Incremental;

/// <summary>The values that were asked for last, by equal keys; safe for several threads.</summary>
internal sealed class LastFew<TKey, TValue>(int capacity)
    where TKey : notnull
{
    private readonly List<(TKey Key, TValue Value)> newestFirst = [];

    /// <summary>The value of a key, made where it is not among the last ones.</summary>
    public TValue Find(TKey key, Func<TKey, TValue> make)
    {
        lock (newestFirst)
        {
            var place = newestFirst.FindIndex(known => known.Key.Equals(key));
            if (place >= 0)
            {
                var found = newestFirst[place];
                newestFirst.RemoveAt(place);
                newestFirst.Insert(0, found);
                return found.Value;
            }
        }

        var made = make(key);
        lock (newestFirst)
        {
            newestFirst.Insert(0, (key, made));
            if (newestFirst.Count > capacity)
                newestFirst.RemoveAt(capacity);
        }

        return made;
    }
}
