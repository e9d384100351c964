using System.Diagnostics.CodeAnalysis;
using CM.Torch;
using static CM.Torch.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>One place in <c>x[…]</c>: a number, a slice, a tensor of indices or of truths, a new axis, or "all the rest".</summary>
    public readonly struct TensorIndex
    {
        internal enum Form { Number, Range, Tensor, NewAxis, Ellipsis, Truth }

        internal readonly Form Kind;
        internal readonly long? Start, Stop, Step;
        internal readonly Tensor? Indices;

        private TensorIndex(Form kind, long? start = null, long? stop = null, long? step = null, Tensor? indices = null) =>
            (Kind, Start, Stop, Step, Indices) = (kind, start, stop, step, indices);

        public static TensorIndex Colon = new(Form.Range);
        public static TensorIndex Ellipsis = new(Form.Ellipsis);
        public static TensorIndex None = new(Form.NewAxis);
        public static TensorIndex Null = new(Form.NewAxis);

        public static TensorIndex Single(long? index) => index is { } number ? new(Form.Number, number) : None;
        public static TensorIndex Slice(long? start = null, long? stop = null, long? step = null) => new(Form.Range, start, stop, step);
        public static TensorIndex Slice((int? start, int? end) range) => new(Form.Range, range.start, range.end);
        public static TensorIndex Slice(Range range) => new(Form.Range, Place(range.Start), range.End.Equals(Index.End) ? null : Place(range.End));
        public static TensorIndex Bool(bool value) => new(Form.Truth, value ? 1 : 0);
        public static TensorIndex Tensor(Tensor tensor) => new(Form.Tensor, indices: tensor);

        public static implicit operator TensorIndex(long value) => new(Form.Number, value);
        public static implicit operator TensorIndex((int? start, int? end) range) => Slice(range);
        public static implicit operator TensorIndex(Range range) => Slice(range);
        public static implicit operator TensorIndex(Index index) => new(Form.Number, Place(index));

        private static long Place(Index index) => index.IsFromEnd ? -index.Value : index.Value;
    }

    public partial class Tensor
    {
        public Tensor this[params TensorIndex[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        [SuppressMessage("Usage", "CA2225", Justification = "TorchSharp's own.")]
        public Tensor this[params Tensor[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        public Tensor this[long i1]
        {
            get => select(0, i1);
            set => Put(value, select(0, i1));
        }

        public Tensor this[long i1, long i2]
        {
            get => this[[i1, i2]];
            set => this[[i1, i2]] = value;
        }

        public Tensor this[long i1, long i2, long i3]
        {
            get => this[[i1, i2, i3]];
            set => this[[i1, i2, i3]] = value;
        }

        public Tensor this[long i1, long i2, long i3, long i4]
        {
            get => this[[i1, i2, i3, i4]];
            set => this[[i1, i2, i3, i4]] = value;
        }

        public Tensor this[long i1, long i2, long i3, long i4, long i5]
        {
            get => this[[i1, i2, i3, i4, i5]];
            set => this[[i1, i2, i3, i4, i5]] = value;
        }

        public Tensor this[long i1, long i2, long i3, long i4, long i5, long i6]
        {
            get => this[[i1, i2, i3, i4, i5, i6]];
            set => this[[i1, i2, i3, i4, i5, i6]] = value;
        }

        public Tensor this[params long[] indices]
        {
            get => Select(indices);
            set => Put(value, Select(indices));
        }

        public Tensor index(params TensorIndex[] indices)
        {
            var (view, tensors) = Views(indices);
            if (tensors is null)
                return view;
            using (view)
                return view.index(tensors!);
        }

        public Tensor index(params Tensor[] indices)
        {
            var result = cm_index(this, Handles(indices), indices.Length);
            GC.KeepAlive(indices);
            return result;
        }

        public Tensor index_put_(Tensor value, params TensorIndex[] indices) => index_put_(value, indices, false);

        public Tensor index_put_(Tensor value, TensorIndex[] indices, bool accumulate = false)
        {
            var (view, tensors) = Views(indices);
            using (view)
            {
                if (tensors is not null)
                    view.index_put_(value, tensors!, accumulate);
                else if (accumulate)
                    view.add_(value);
                else
                    view.copy_(value);
            }
            return this;
        }

        public Tensor index_put_(Tensor value, params Tensor[] indices) => index_put_(value, indices, false);

        public Tensor index_put_(Tensor value, Tensor[] indices, bool accumulate = false)
        {
            cm_index_put_(this, Handles(indices), indices.Length, value, accumulate).Check();
            GC.KeepAlive(indices);
            return this;
        }

        public Tensor index_put_(Scalar value, params TensorIndex[] indices)
        {
            using var number = full([], value, dtype, device);
            return index_put_(number, indices);
        }

        public Tensor index_put_(Scalar value, params Tensor[] indices)
        {
            using var number = full([], value, dtype, device);
            return index_put_(number, indices);
        }

        private static void Put(Tensor value, Tensor place)
        {
            using (place)
                place.copy_(value);
        }

        private Tensor Select(ReadOnlySpan<long> indices)
        {
            if (indices.Length == 0)
                return alias();
            var view = select(0, indices[0]);
            foreach (var index in indices[1..])
            {
                using var before = view;
                view = before.select(0, index);
            }
            return view;
        }

        // What numbers, slices and new axes make of this tensor, one view each; tensors among the indices are left for the end, each at its
        // dimension of the view, null where a dimension has none.
        private (Tensor View, Tensor?[]? Tensors) Views(TensorIndex[] indices)
        {
            var view = alias();
            List<Tensor?>? tensors = null;
            var used = indices.Sum(index => index.Kind switch
            {
                TensorIndex.Form.Number or TensorIndex.Form.Range => 1,
                TensorIndex.Form.Tensor => index.Indices!.dtype == ScalarType.Bool ? index.Indices.Dimensions : 1,
                _ => 0,
            });
            long dim = 0, masked = 0; // a mask is one entry of the list, whatever the number of its dimensions
            foreach (var index in indices)
            {
                switch (index.Kind)
                {
                    case TensorIndex.Form.Number:
                        Next(view.select(dim, index.Start!.Value));
                        break;
                    case TensorIndex.Form.Range:
                        if (index.Start is not null || index.Stop is not null || index.Step is not null)
                            Next(view.slice(dim, index.Start ?? 0, index.Stop ?? long.MaxValue, index.Step ?? 1));
                        dim++;
                        break;
                    case TensorIndex.Form.NewAxis:
                        Next(view.unsqueeze(dim++));
                        break;
                    case TensorIndex.Form.Ellipsis:
                        dim += Dimensions - used;
                        break;
                    case TensorIndex.Form.Truth:
                        Next(view.unsqueeze(dim));
                        Next(view.slice(dim, 0, index.Start!.Value, 1));
                        dim++;
                        break;
                    case TensorIndex.Form.Tensor:
                        tensors ??= [];
                        while (tensors.Count < dim - masked)
                            tensors.Add(null);
                        tensors.Add(index.Indices);
                        var dimensions = index.Indices!.dtype == ScalarType.Bool ? index.Indices.Dimensions : 1;
                        dim += dimensions;
                        masked += dimensions - 1;
                        break;
                }
            }
            return (view, tensors?.ToArray());

            void Next(Tensor next)
            {
                view.Dispose();
                view = next;
            }
        }
    }
}
