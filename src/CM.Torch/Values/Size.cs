using System.Collections;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>A tensor's shape as a value.</summary>
    public readonly struct Size : IEnumerable<long>, IEnumerable
    {
        private readonly long[] shape;

        private Size(long[] shape, int _) => this.shape = shape;

        public Size(long[] shape) => this.shape = [.. shape];
        public Size(IEnumerable<long> shape) => this.shape = [.. shape];
        public Size(int[] shape) => this.shape = [.. shape.Select(n => (long)n)];
        public Size(long size) : this([size], 0) { }
        public Size((long, long) size) : this([size.Item1, size.Item2], 0) { }
        public Size((long, long, long) size) : this([size.Item1, size.Item2, size.Item3], 0) { }
        public Size((long, long, long, long) size) : this([size.Item1, size.Item2, size.Item3, size.Item4], 0) { }
        public Size((long, long, long, long, long) size) : this([size.Item1, size.Item2, size.Item3, size.Item4, size.Item5], 0) { }
        public Size((long, long, long, long, long, long) size) : this([size.Item1, size.Item2, size.Item3, size.Item4, size.Item5, size.Item6], 0) { }
        public Size(int size) : this([size], 0) { }
        public Size((int, int) size) : this([size.Item1, size.Item2], 0) { }
        public Size((int, int, int) size) : this([size.Item1, size.Item2, size.Item3], 0) { }
        public Size((int, int, int, int) size) : this([size.Item1, size.Item2, size.Item3, size.Item4], 0) { }
        public Size((int, int, int, int, int) size) : this([size.Item1, size.Item2, size.Item3, size.Item4, size.Item5], 0) { }
        public Size((int, int, int, int, int, int) size) : this([size.Item1, size.Item2, size.Item3, size.Item4, size.Item5, size.Item6], 0) { }

        public static Size Empty = new([], 0);

        public long[] Shape => shape ?? [];
        public int Length => Shape.Length;
        public bool IsEmpty => Length == 0;
        public bool IsScalar => Length == 0;
        public long this[int idx] => Shape[idx];
        public long this[long idx] => Shape[idx];

        public long numel() => Shape.TotalSize();
        public Size Slice(int first, int next) => new(Shape[first..next], 0);
        public IEnumerable<long> Take(int i) => Shape.Take(i);
        public IEnumerator<long> GetEnumerator() => ((IEnumerable<long>)Shape).GetEnumerator();
        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        public override bool Equals(object? obj) => obj is Size other && Shape.AsSpan().SequenceEqual(other.Shape);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            foreach (var size in Shape)
                hash.Add(size);
            return hash.ToHashCode();
        }

        public static bool operator ==(Size left, Size right) => left.Equals(right);
        public static bool operator !=(Size left, Size right) => !left.Equals(right);
        public static Size operator +(Size left, Size right) => new([.. left.Shape, .. right.Shape], 0);
        public static Size operator +(Size left, IEnumerable<long> right) => new([.. left.Shape, .. right], 0);

        public static implicit operator Size(long size) => new(size);
        public static implicit operator Size((long, long) size) => new(size);
        public static implicit operator Size((long, long, long) size) => new(size);
        public static implicit operator Size((long, long, long, long) size) => new(size);
        public static implicit operator Size((long, long, long, long, long) size) => new(size);
        public static implicit operator Size((long, long, long, long, long, long) size) => new(size);
        public static implicit operator Size(long[] size) => new(size);
    }
}
